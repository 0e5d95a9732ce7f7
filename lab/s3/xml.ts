import { XMLParser, XMLValidator } from 'fast-xml-parser';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

type Value = string | number | boolean | Date | undefined;

/** `<name>value</name>`, or nothing when there is no value. */
export function text(name: string, value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return `<${name}>${escaped(value)}</${name}>`;
  return `<${name}>${value instanceof Date ? value.toISOString() : value}</${name}>`;
}

export const element = (name: string, ...children: readonly string[]): string =>
  `<${name}>${children.join('')}</${name}>`;

/** A whole answer. Errors are the only documents S3 sends without its namespace. */
export function document(name: string, ...children: readonly string[]): string {
  const namespace = name === 'Error' ? '' : ` xmlns="${NAMESPACE}"`;
  return `${DECLARATION}<${name}${namespace}>${children.join('')}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The four above and all control characters. */
const SPECIAL = /[^ !#-%'-;=?-\uffff]/;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'g');

/**
 * Escapes as S3 does, control characters as numeric references included: XML 1.0 forbids most of them, which is what
 * `encoding-type=url` is for.
 */
const escaped = (value: string): string =>
  SPECIAL.test(value)
    ? value.replace(EVERY_SPECIAL, char => ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`)
    : value;

/** Reads requests: text as it is, elements without their attributes. */
export const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** One element of a request body. */
export class Xml {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  all(name: string): readonly Xml[] {
    const found = this.#member(name);
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map(value => new Xml(value));
  }

  child(name: string): Xml | undefined {
    return this.all(name)[0];
  }

  /** The text of a child, `undefined` when the child is absent. */
  text(name: string): string | undefined {
    const child = this.child(name);
    return child && typeof child.#value === 'string' ? child.#value : undefined;
  }

  #member(name: string): unknown {
    const value = this.#value;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
}

/** Reads a request body whose root element is `root`; `undefined` when it is not well-formed or another document. */
export function parse(body: Buffer, root: string): Xml | undefined {
  const source = body.toString('utf8');
  if (XMLValidator.validate(source) !== true) return undefined;
  return new Xml(parser.parse(source)).child(root);
}
