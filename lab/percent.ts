/** Percent-encoding as AWS wants it. Object keys are bytes, so both directions work on bytes. */

const UNRESERVED = /[A-Za-z0-9\-._~]/;

const encodings = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** The bytes behind a percent-encoded text; a `%` that begins no escape stands for itself. */
export function percentDecode(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'latin1');
  const latin1 = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}

/** Escapes all but RFC 3986's unreserved characters: the `UriEncode()` of the SigV4 specification. */
export function uriEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += encodings[byte];
  return text;
}

/** The pairs of a query string, decoded. A parameter without `=` has the value ''. */
export function queryPairs(query: string): [name: string, value: string][] {
  return query
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const [name = '', ...value] = part.split('=');
      return [decode(name), decode(value.join('='))];
    });
}

function decode(text: string): string {
  return percentDecode(text.replaceAll('+', ' ')).toString('utf8');
}
