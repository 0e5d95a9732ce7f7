/** Which objects a run is about. Globs speak of the key without its prefix; exclude wins over include. */
import zeptomatch from 'zeptomatch';
import type { FilterSettings, ObjectEntry } from '../model.ts';

export interface Filter {
  /** Do the globs let this key in? */
  name(key: string): boolean;
  /** Do globs, size and time let this object in? */
  object(entry: ObjectEntry): boolean;
}

export function createFilter(settings: FilterSettings): Filter {
  const included = settings.include.length > 0 ? compile(settings.include) : undefined;
  const excluded = settings.exclude.length > 0 ? compile(settings.exclude) : undefined;
  const minSize = settings.minSize ?? 0;
  const maxSize = settings.maxSize ?? Number.POSITIVE_INFINITY;
  const after = settings.modifiedAfter?.getTime() ?? Number.NEGATIVE_INFINITY;
  const before = settings.modifiedBefore?.getTime() ?? Number.POSITIVE_INFINITY;

  const name = (key: string) => (included?.test(key) ?? true) && !(excluded?.test(key) ?? false);
  return {
    name,
    object: ({ key, size, modified }) =>
      size >= minSize && size <= maxSize && modified >= after && modified < before && name(key),
  };
}

/**
 * zeptomatch matches paths: there `\\` is `/`, and a `/` at the end does not count. Keys are no paths, so that its
 * expression is read more strictly, and by characters instead of UTF-16 units.
 */
function compile(globs: readonly string[]): RegExp {
  const { source } = zeptomatch.compile([...globs]);
  const strict = source
    .replaceAll('[\\\\/]?$', '$')
    .replaceAll('[\\\\/]', '\\/')
    .replaceAll('[^\\\\/]', '[^/]');
  return new RegExp(strict, 'su');
}
