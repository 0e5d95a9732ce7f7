/** The kinds of shapes in S3 Control's API model: what each is in XML, and what must hold for its value. */
import { memberPath, missing, violation, within } from '../violations.ts';
import { malformedXml } from './errors.ts';
import type { Element } from './xml.ts';

/** Reads the value of an element, and adds everything that is wrong with it to `wrong`. */
export type Shape = (element: Element, path: string, wrong: string[]) => unknown;

export const text =
  ({ min = 0, max = Number.POSITIVE_INFINITY, pattern = /^/ } = {}): Shape =>
  (element, path, wrong) => {
    const value = leaf(element);
    const worded = violation(path, value);
    wrong.push(...within('length', value.length, { min, max }, worded));
    if (!pattern.test(value))
      wrong.push(worded(`Member must satisfy regular expression pattern: ${pattern.source}`));
    return value;
  };

export const oneOf =
  (...known: readonly string[]): Shape =>
  (element, path, wrong) => {
    const value = leaf(element);
    if (!known.includes(value))
      wrong.push(violation(path, value)(`Member must satisfy enum value set: [${known.join(', ')}]`));
    return value;
  };

export const integer =
  ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = {}): Shape =>
  (element, path, wrong) => {
    const value = Number(leaf(element) || Number.NaN);
    if (!Number.isInteger(value)) throw malformedXml();
    wrong.push(...within('value', value, { min, max }, violation(path, value)));
    return value;
  };

export const flag: Shape = element => {
  const value = leaf(element);
  if (value !== 'true' && value !== 'false') throw malformedXml();
  return value === 'true';
};

export const time: Shape = element => {
  const value = new Date(leaf(element));
  if (Number.isNaN(value.getTime())) throw malformedXml();
  return value;
};

export const list =
  (of: Shape, { min = 0, max = Number.POSITIVE_INFINITY, item = 'member' } = {}): Shape =>
  (element, path, wrong) => {
    const items = repeated(children(element), item);
    wrong.push(...within('length', items.length, { min, max }, violation(path, `[${items.length}]`)));
    return items.map((one, index) => of(one, `${path}.${index + 1}.member`, wrong));
  };

/** A map: entries of a key and a value. */
export const map =
  (key: Shape, value: Shape): Shape =>
  (element, path, wrong) =>
    Object.fromEntries(
      repeated(children(element), 'entry').map(entry => {
        const pair = children(entry);
        return [key(pair.key ?? '', `${path}.key`, wrong), value(pair.value ?? '', `${path}.value`, wrong)];
      }),
    );

/** A member whose name ends with `!` is required. */
export function structure(members: Readonly<Record<string, Shape>>): Shape {
  const shapes = Object.entries(members).map(
    ([name, shape]) => [name.replace('!', ''), shape, name.endsWith('!')] as const,
  );
  const known = new Set(shapes.map(([name]) => name));
  return (element, path, wrong) => {
    const given = children(element);
    // The service passes over what it does not know; a test that says it means something by it.
    const unknown = Object.keys(given).find(name => !known.has(name));
    if (unknown !== undefined) throw new Error(`the lab's S3 Control knows no member ${path}.${unknown}`);
    const value: Record<string, unknown> = {};
    for (const [name, shape, required] of shapes) {
      const at = memberPath(path, name);
      const member = given[name];
      if (member !== undefined) value[name] = shape(member, at, wrong);
      else if (required) wrong.push(missing(at));
    }
    return value;
  };
}

function leaf(element: Element): string {
  if (typeof element !== 'string') throw malformedXml();
  return element;
}

/** An element without children is an empty text to the parser; white space stands between the others. */
function children(element: Element): Readonly<Record<string, Element>> {
  if (Array.isArray(element)) throw malformedXml();
  if (typeof element !== 'string') {
    const { '#text': between = '', ...named } = element;
    if (String(between).trim() === '') return named;
  } else if (element.trim() === '') return {};
  throw malformedXml();
}

const repeated = (given: Readonly<Record<string, Element>>, item: string): readonly Element[] =>
  [given[item] ?? []].flat();
