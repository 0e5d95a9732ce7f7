/** Filters and the paths that DataSync never takes. Source: DataSync User Guide, filtering. */
import type { FilterRule } from '@aws-sdk/client-datasync';

/** The patterns of a filter; `\|` is no separator. */
export const patternsOf = (rules: readonly FilterRule[]): string[] =>
  rules.flatMap(({ Value = '' }) => Value.match(/(?:\\.|[^|\\])+/gs) ?? []).filter(pattern => pattern !== '');

/** Whether a path is one of those the filters take. Paths are relative to the location and begin without a slash. */
export function filterOf(
  includes: readonly FilterRule[],
  excludes: readonly FilterRule[],
): { included(path: string): boolean; excluded(path: string): boolean } {
  const wanted = patternsOf(includes).map(readPattern);
  const unwanted = patternsOf(excludes).map(readPattern);
  return {
    included: path => wanted.length === 0 || wanted.some(pattern => pattern.test(`/${path}`)),
    excluded: path => unwanted.some(pattern => pattern.test(`/${path}`)),
  };
}

/** A leading slash is the location's root; `/dir` and `/dir/` are the folder with all its content. */
function readPattern(pattern: string): RegExp {
  const body = pattern
    .replace(/(?<!\\)\/$/, '')
    .replace(/\\(.)|(\*)|([^\\*]+)|\\$/gs, (all, escaped: string, star: string) =>
      star ? '[^]*' : (escaped ?? all).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'),
    );
  return new RegExp(`${/^[/*]/.test(pattern) ? '^' : '(^|/)'}${body}(/[^]*)?$`);
}

const OWN = /\.snapshot$|\/\.aws-datasync|\/\.awssync|\/\.zfs/;

/** Snapshots and DataSync's own folders are not looked at. */
export const isOwn = (path: string): boolean => OWN.test(`/${path}`);

const MAX_COMPONENT_BYTES = 255;

/**
 * Why DataSync cannot transfer an object with this key; `undefined` when it can.
 * Source: DataSync API model, CreateLocationS3Request.Subdirectory; DataSync User Guide, datasync-limits.
 */
export function untransferable(key: string): string | undefined {
  if (key.startsWith('/')) return 'The key begins with /';
  if (/\/\/|(^|\/)\.\.?(\/|$)/.test(key)) return 'The key includes //, /./ or /../';
  const long = key.split('/').some(component => Buffer.byteLength(component) > MAX_COMPONENT_BYTES);
  return long ? `A component of the path is longer than ${MAX_COMPONENT_BYTES} bytes` : undefined;
}
