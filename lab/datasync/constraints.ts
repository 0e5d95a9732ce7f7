/** The constraints of an API model: what holds for a value, and the words for what does not. */
import { AwsError } from '../errors.ts';
import { memberPath, missing, validationErrors, violation, within } from '../violations.ts';
import { invalidRequest } from './errors.ts';

/** Names everything that is wrong with the value at `path`. */
export type Rule = (value: unknown, path: string) => readonly string[];

export const text =
  ({ min = 0, max = Number.POSITIVE_INFINITY, pattern = /^/ } = {}): Rule =>
  (value, path) => {
    if (typeof value !== 'string') throw unreadable(path, 'String');
    return [
      ...within('length', value.length, { min, max }, violation(path, value)),
      ...(pattern.test(value)
        ? []
        : [violation(path, value)(`Member must satisfy regular expression pattern: ${pattern.source}`)]),
    ];
  };

export const oneOf =
  (...known: readonly string[]): Rule =>
  (value, path) =>
    known.some(one => one === value)
      ? []
      : [violation(path, value)(`Member must satisfy enum value set: [${known.join(', ')}]`)];

export const integer =
  ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }): Rule =>
  (value, path) => {
    if (!Number.isInteger(value)) throw unreadable(path, 'Long');
    return within('value', Number(value), { min, max }, violation(path, value));
  };

export const list =
  (of: Rule, { min = 0, max = Number.POSITIVE_INFINITY } = {}): Rule =>
  (value, path) => {
    if (!Array.isArray(value)) throw unreadable(path, 'List');
    return [
      ...within('length', value.length, { min, max }, violation(path, JSON.stringify(value))),
      ...value.flatMap((one, index) => of(one, `${path}.${index + 1}.member`)),
    ];
  };

/** A member whose name ends with `!` is required. */
export function structure(members: Readonly<Record<string, Rule>>): Rule {
  const rules = Object.entries(members).map(
    ([name, rule]) => [name.replace('!', ''), rule, name.endsWith('!')] as const,
  );
  const known = new Set(rules.map(([name]) => name));
  return (value, path) => {
    if (typeof value !== 'object' || value === null) throw unreadable(path, 'Structure');
    const given = value as Readonly<Record<string, unknown>>;
    // The service passes over what it does not know; a test that says it means something by it.
    const unknown = Object.keys(given).find(name => !known.has(name));
    if (unknown !== undefined) throw new Error(`the lab's DataSync knows no member ${path}.${unknown}`);
    return rules.flatMap(([name, rule, required]) => {
      const at = memberPath(path, name);
      const member = given[name] ?? undefined;
      if (member !== undefined) return rule(member, at);
      return required ? [missing(at)] : [];
    });
  };
}

/** Throws the InvalidRequestException for everything that is wrong with a request. */
export function assertValid(rule: Rule, request: unknown): void {
  const violations = rule(request, '');
  if (violations.length > 0) throw invalidRequest(validationErrors(violations));
}

const unreadable = (path: string, type: string): AwsError =>
  new AwsError(400, 'SerializationException', `${path} can not be converted to a ${type}`);
