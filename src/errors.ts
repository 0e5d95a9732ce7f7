/**
 * What can go wrong, told apart by what it means for the run: an input to correct, a reason to stop at once, or
 * trouble with one object.
 */
import type { Fix } from './model/checks.ts';

/** Something the user gave is wrong. Thrown before any call leaves the machine. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly string[];

  /** @param problems one sentence each: the input's name, the value, what is accepted. */
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The run cannot go on. Carries what the user can do about it, where that is known. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
  readonly fix: Fix | undefined;

  constructor(message: string, fix?: Fix, cause?: unknown) {
    super(message, { cause });
    this.fix = fix;
  }
}

/** The run was asked to stop before it was done. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/** The text of anything that was thrown, without secrets. Where no address of a host answers, Node tells it of each alone. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0)
    return messageOf(error.errors[0]);
  return discreet(error instanceof Error ? error.message : String(error));
}

const secrets = new Set<string>();
/** Shorter ones stand in half of all words, which nobody could read any more. */
const SHORTEST_SECRET = 8;

/**
 * Remembers what must never be written. A runner stars secrets out of the log; files and comments are ours to keep clean.
 *
 * @returns whether it is one, and was not known yet
 */
export function keepSecret(secret: string): boolean {
  if (secret.length < SHORTEST_SECRET || secrets.has(secret)) return false;
  secrets.add(secret);
  secrets.add(encodeURIComponent(secret));
  return true;
}

/** Words of others, who may repeat what they were sent, with all secrets starred out. */
export function discreet(text: string): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  return clean;
}

/**
 * Text in which every character that a terminal, a log or a page would act on instead of showing it (controls,
 * line and paragraph separators, direction marks, letters without a shape, lone surrogates) is written as `\xNN` or
 * `\u{…}`.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu, character => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * Visible text, for one line of a log, that no CI system takes for a command: GitHub's runner takes `::name::` for one at
 * the start of a line, after any white space, and the older `##[name]` anywhere in it, as Azure Pipelines `##vso[name]`
 * and TeamCity `##teamcity[name`.
 */
export function harmless(line: string): string {
  return visible(line)
    .replace(/^(\s*):(?=:)/, '$1\\x3a')
    .replace(/##(?=\w*\[)/g, '#\\x23');
}
