/** Which objects a run is about. Globs speak of the key without its prefix; exclude wins over include. */
import { compileGlobs } from '../glob.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { FilterSettings } from '../model/settings.ts';

export interface Filter {
  /** Do the globs let this key in? */
  name(key: string): boolean;
  /** Do globs, size and time let this object in? */
  object(entry: ObjectEntry): boolean;
}

export function createFilter(settings: FilterSettings): Filter {
  const included = settings.include.length > 0 ? compileGlobs(settings.include) : undefined;
  const excluded = settings.exclude.length > 0 ? compileGlobs(settings.exclude) : undefined;
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
