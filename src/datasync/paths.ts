/**
 * What DataSync can be asked for: folders, and below them paths. Keys are mapped by replacing a prefix byte for byte, which
 * DataSync does with the folders of its two locations only.
 */

/** The folders of both locations, and what stands between either and the keys of the plan. */
export interface Folders {
  /** '' or with a slash at its end, as are both prefixes without `rest`. */
  readonly source: string;
  readonly destination: string;
  readonly rest: string;
}

/**
 * Both prefixes as a folder each and a common rest, the folders as long as they can be.
 *
 * @returns `undefined` when no two folders map the keys as the prefixes do
 */
export function foldersOf(source: string, destination: string): Folders | undefined {
  for (let length = 0; length <= Math.min(source.length, destination.length); length++) {
    const rest = source.slice(source.length - length);
    if (!destination.endsWith(rest)) return undefined;
    const folders = {
      source: source.slice(0, source.length - length),
      destination: destination.slice(0, destination.length - length),
    };
    if (isFolder(folders.source) && isFolder(folders.destination)) return { ...folders, rest };
  }
  return undefined;
}

/** Characters of a location's subdirectory. (DataSync API, S3Subdirectory.) */
const SUBDIRECTORY = /^[a-zA-Z0-9_\-+./()\p{Zs}]*$/u;

/** Whether a location can have this for its folder. (DataSync API, CreateLocationS3, "Subdirectory".) */
export function isFolder(folder: string): boolean {
  if (folder === '') return true;
  return (
    folder.endsWith('/') && SUBDIRECTORY.test(folder) && whyUncarriable(folder.slice(0, -1)) === undefined
  );
}

/** Bytes between two slashes. (DataSync User Guide, "DataSync quotas".) */
const SEGMENT_BYTES = 255;

const HINDRANCES: readonly (readonly [why: string, is: (path: string) => boolean])[] = [
  ['DataSync takes it for a folder', path => path === '' || path.endsWith('/')],
  ['begins with a slash', path => path.startsWith('/')],
  ['has an empty part, `.` or `..` between its slashes', path => /(^|\/)\.{0,2}(\/|$)/.test(path)],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  ['has a control character', path => /[\u0000-\u001f\u007f]/.test(path)],
  [
    `has a part of more than ${SEGMENT_BYTES} bytes between its slashes`,
    path => path.split('/').some(segment => Buffer.byteLength(segment) > SEGMENT_BYTES),
  ],
  // (DataSync User Guide, "Filtering data transferred by DataSync", files and folders it never transfers.)
  [
    'has a name that DataSync keeps for itself',
    path => /\.snapshot(\/|$)|\/\.aws-datasync|\/\.awssync|\/\.zfs/.test(`/${path}`),
  ],
];

/** Why DataSync cannot transfer the object at this path below a location; `undefined` when it can. */
export function whyUncarriable(path: string): string | undefined {
  return HINDRANCES.find(([, is]) => is(path))?.[0];
}
