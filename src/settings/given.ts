/**
 * What the user gave, read kind by kind. A refused value is noted and replaced, so that one run names every problem.
 */
import { visible } from '../errors.ts';
import { DEFAULTS, type DefaultedInput, type InputName, type RequiredInput } from './inputs.ts';
import { type Kind, Refusal } from './kind.ts';

/** Characters of a refused value that a message shows. */
const SHOWN = 120;

export class Given {
  readonly problems: string[] = [];
  readonly refused = new Set<InputName>();
  readonly #raw: ReadonlyMap<string, string>;

  constructor(raw: ReadonlyMap<string, string>) {
    this.#raw = raw;
  }

  /** Whether the name was passed at all, be it with an empty value. */
  has(name: InputName): boolean {
    return this.#raw.has(name);
  }

  /** As it was passed, for what its value alone does not tell; '' where it was not. */
  text(name: InputName): string {
    return (this.#raw.get(name) ?? '').trim();
  }

  /** An input that must be there; `standIn` takes its place when it is missing or refused. */
  required<T>(name: RequiredInput, kind: Kind<T>, standIn: T): T {
    const text = this.#text(name, kind);
    if (text !== '') return this.#read(name, text, kind, standIn);
    this.#refuse(name, `${name}: is required. Accepted: ${kind.accepts}.`);
    return standIn;
  }

  /** An input that is never without a value. */
  value<T>(name: DefaultedInput, kind: Kind<T>): T {
    const standIn = kind.read(DEFAULTS[name]);
    const text = this.#text(name, kind);
    return text === '' ? standIn : this.#read(name, text, kind, standIn);
  }

  /** An input that may be left empty. */
  optional<T>(name: DefaultedInput, kind: Kind<T>): T | undefined {
    const text = this.#text(name, kind);
    return text === '' ? undefined : this.#read(name, text, kind, undefined);
  }

  #text(name: InputName, kind: Kind<unknown>): string {
    return kind.verbatim ? (this.#raw.get(name) ?? '') : this.text(name);
  }

  #read<T, S>(name: InputName, text: string, kind: Kind<T>, standIn: S): T | S {
    try {
      return kind.read(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const value = kind.secret ? 'its value' : `"${shown(text)}"`;
      this.#refuse(name, `${name}: ${value} ${visible(error.message)}. Accepted: ${kind.accepts}.`);
      return standIn;
    }
  }

  #refuse(name: InputName, problem: string): void {
    this.refused.add(name);
    this.problems.push(problem);
  }
}

function shown(text: string): string {
  return visible(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
