/** Walking keys in S3's order: prefixes, delimiters and pages, whatever is listed. */
import { invalidArgument } from './errors.ts';
import { compareUtf8, firstIndex, type SortedMap } from './sorted.ts';

/** A stop on the walk: a key with what is stored under it, or a common prefix that stands for many keys. */
export type Stop<V> =
  | { readonly kind: 'key'; readonly key: string; readonly value: V }
  | { readonly kind: 'prefix'; readonly key: string };

export interface Walk {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what comes after this is visited. */
  readonly after: string;
  /** Whether `after` itself is visited too, when it is a key. */
  readonly inclusive?: boolean;
}

/**
 * Visits keys and common prefixes. A common prefix that is not greater than `after` is left out with all its keys.
 * Source: API model, ListObjectsV2Request.Delimiter.
 */
export function* walk<V>(
  map: SortedMap<V>,
  { prefix, delimiter, after, inclusive = false }: Walk,
  visible: (value: V) => boolean = () => true,
): Generator<Stop<V>> {
  const keys = map.keys();
  const isAfter = (key: string) => compareUtf8(key, after) > (inclusive ? -1 : 0);
  let index = firstIndex(keys, key => compareUtf8(key, prefix) >= 0 && isAfter(key));
  for (let key = keys[index]; key?.startsWith(prefix); key = keys[index]) {
    const value = map.get(key);
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (value === undefined || !visible(value)) index++;
    else if (cut < 0) {
      yield { kind: 'key', key, value };
      index++;
    } else {
      const common = key.slice(0, cut + delimiter.length);
      if (compareUtf8(common, after) > 0) yield { kind: 'prefix', key: common };
      index = firstIndex(keys, other => !other.startsWith(common), index);
    }
  }
}

/** The first stops, and whether there are more. */
export function take<T>(
  stops: Iterable<T>,
  limit: number,
): { readonly page: readonly T[]; readonly more: boolean } {
  const page: T[] = [];
  if (limit === 0) return { page, more: false };
  for (const stop of stops) {
    if (page.length === limit) return { page, more: true };
    page.push(stop);
  }
  return { page, more: false };
}

export const MAX_PAGE = 1000;

/** `max-keys` and its like: any number may be asked for, and 1000 is the most one gets. */
export function pageLimit(query: ReadonlyMap<string, string>, name: string): number {
  const given = query.get(name);
  if (given === undefined || given === '') return MAX_PAGE;
  if (!/^\d+$/.test(given) || Number(given) > 2_147_483_647) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
  }
  return Math.min(Number(given), MAX_PAGE);
}

/** How names are written in the answer: as they are, or with `encoding-type=url`. */
export function nameEncoding(query: ReadonlyMap<string, string>): (name: string) => string {
  const type = query.get('encoding-type');
  if (type === undefined) return name => name;
  if (type === 'url') return urlEncode;
  throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
}

/** Java's URLEncoder with the slash left alone: a space becomes `+`, and only `.-*_` stay beside letters and digits. */
export const urlEncode = (name: string): string =>
  encodeURIComponent(name)
    .replace(/[!'()~]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
