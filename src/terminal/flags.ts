/**
 * Flags to the raw inputs of the action, whose names they bear: `--name value` or `--name=value`; a switch alone is
 * `true`, with `no-` before its name `false`; inputs of several values may be repeated.
 */
import { parseArgs } from 'node:util';
import { visible } from '../errors.ts';
import { type InputName, isInputName, isSwitch } from '../settings/inputs.ts';

export interface Flags {
  readonly wants: 'run' | 'policies' | 'help' | 'version';
  /** Untrimmed, by name, unknown names included. */
  readonly inputs: ReadonlyMap<string, string>;
  /** What can be said against the flags themselves, a sentence each. */
  readonly problems: readonly string[];
  /** With `policies`: whose tokens the roles are to trust, and whether a program reads the answer. */
  readonly subjects: readonly string[];
  readonly json: boolean;
}

/** The one word that stands before all flags: print the policies that a run with them needs. */
const POLICIES = 'policies';

/** Flags that only `policies` knows. */
const [SUBJECT, JSON_FORM] = ['subject', 'json'];

/** Taken a line each, or separated by commas or lines. */
const SEVERAL: ReadonlySet<string> = new Set<InputName>(['include', 'exclude', 'preserve']);

/** Inputs about things that only a run on GitHub has, with the value that stands for their absence. */
const GITHUB_ONLY: ReadonlyMap<string, string> = new Map<InputName, string>([
  ['artifact', ''],
  ['artifact-retention-days', ''],
  ['summary', 'false'],
  ['comment', 'false'],
  ['github-token', ''],
]);

/** Every input of the action that is a flag, too. */
export function isFlag(name: InputName): boolean {
  return !GITHUB_ONLY.has(name);
}

/** One flag as it was given; its value is `undefined` where none was. */
interface Given {
  readonly name: string;
  readonly value: string | undefined;
}

/** @param args without the program's own name */
export function readFlags(args: readonly string[]): Flags {
  const policies = args[0] === POLICIES;
  const { given, problems } = split(policies ? args.slice(1) : args);
  const names = new Set(given.map(({ name }) => name));
  const wants = names.has('help') ? 'help' : names.has('version') ? 'version' : policies ? 'policies' : 'run';
  const valuesOf = (name: string) => given.filter(each => each.name === name).map(({ value }) => value);
  const inputs = new Map<string, string>();
  for (const name of names) {
    if (policies && (name === SUBJECT || name === JSON_FORM)) continue;
    const values = valuesOf(name);
    const problem = wrong(name, values);
    if (problem === undefined) inputs.set(name, values.map(value => value ?? '').join('\n'));
    else problems.push(problem);
  }
  for (const [name, absent] of GITHUB_ONLY) inputs.set(name, absent);
  const subjects = policies ? valuesOf(SUBJECT) : [];
  if (subjects.includes(undefined)) problems.push(valueless(SUBJECT));
  const json = policies && names.has(JSON_FORM);
  return { wants, inputs, problems, subjects: subjects.filter(value => value !== undefined), json };
}

function wrong(name: string, values: readonly (string | undefined)[]): string | undefined {
  if (GITHUB_ONLY.has(name))
    return `${name}: is for runs on GitHub, which have a page, artifacts and pull requests. Remove it; the report is in the folder that --report names.`;
  if (!isInputName(name)) return undefined;
  if (values.includes(undefined)) return valueless(name);
  if (values.length > 1 && !SEVERAL.has(name))
    return `${name}: is given ${values.length} times. Accepted: one value.`;
  return undefined;
}

function valueless(name: string): string {
  return `${name}: has no value. Accepted: --${name} VALUE, or --${name}=VALUE where it begins with a dash.`;
}

function split(args: readonly string[]): { readonly given: readonly Given[]; readonly problems: string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Given[] = [];
  const strays = new Set<number>();
  /** The flag whose value may come now. */
  let open: string | undefined;
  for (const token of tokens) {
    const text = args[token.index] ?? '';
    const waiting = open;
    open = undefined;
    if (waiting !== undefined && token.kind === 'positional') {
      given.push({ name: waiting, value: token.value });
      continue;
    }
    if (waiting !== undefined) given.push(alone(waiting));
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional' || (!text.startsWith('--') && text !== '-h')) strays.add(token.index);
    else if (token.value !== undefined) given.push({ name: token.name, value: String(token.value) });
    else if (isNegated(token.name)) given.push({ name: token.name.slice(NO.length), value: 'false' });
    else open = token.name;
  }
  if (open !== undefined) given.push(alone(open));
  return { given, problems: [...strays].map(index => stray(args[index] ?? '')) };
}

const NO = 'no-';

function isNegated(name: string): boolean {
  return name.startsWith(NO) && isSwitch(name.slice(NO.length));
}

function alone(name: string): Given {
  return { name, value: isSwitch(name) ? 'true' : undefined };
}

function stray(text: string): string {
  return `"${visible(text)}" belongs to no flag. Accepted: --name VALUE, --name=VALUE, --switch, --no-switch.`;
}
