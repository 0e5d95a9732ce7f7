/**
 * Reading the few XML answers that are read a million times. S3 writes them flat and regular, so that looking for the
 * tags that matter is enough, and many times faster than a parser.
 */

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first `<name>`, entities replaced; `undefined` when there is none. */
export function textOf(xml: string, name: string): string | undefined {
  const open = xml.indexOf(`<${name}>`);
  if (open < 0) return undefined;
  const start = open + name.length + 2;
  return withoutEntities(xml.slice(start, xml.indexOf('<', start)));
}

/** Where the root element begins. */
export function rootOf(xml: Buffer): number {
  const first = xml.indexOf('<');
  return xml.toString('latin1', first, first + 2) === '<?' ? xml.indexOf('<', first + 1) : first;
}

/** Longer than any name of an element, and than the white space after the last. */
const GLIMPSE = 256;

/**
 * Whether the root element is closed. What looks for tags only would take a listing that ends in the middle for one that has
 * no more objects.
 */
export function isWhole(xml: Buffer): boolean {
  // Words without any element are no part of one either: a parser may look at them.
  if (!xml.includes('<')) return xml.toString('latin1').trim() !== '';
  const root = rootOf(xml);
  const [tag = ''] = /^<[^>]*>?/.exec(xml.toString('latin1', root, root + GLIMPSE)) ?? [];
  const [name = ''] = /^<[^\s/>]+/.exec(tag) ?? [];
  // An element of its own, or nothing that S3 writes: a parser may look at it.
  if (tag.endsWith('/>') || name.startsWith('<!')) return true;
  const end = xml.toString('latin1', Math.max(0, xml.length - GLIMPSE)).trimEnd();
  return name !== '' && end.endsWith(`</${name.slice(1)}>`);
}

/** `&amp;`, `&#38;` and their like as the characters they stand for. */
export function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
    },
  );
}

const LAST_CODE_POINT = 0x10ffff;
