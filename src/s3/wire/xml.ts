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
