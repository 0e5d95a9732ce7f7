/** Objects of every kind that has ever made a copy go wrong, and a destination that is not empty either. */
import { type Bucket, canonicalId, type PutOptions, sparse } from './s3/index.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const DAY_MS = 86_400_000;

/** Keys that some tool normalises, mangles or passes over in silence. */
export const AWKWARD_KEYS = [
  'folder/',
  'double//slash',
  '/leading slash',
  './dot/../dots',
  'trailing space ',
  'plus+percent%20question?hash#',
  'quotes\'"`<&>;|$*[]{}',
  'newline\nin the middle',
  'control\u0001\u001f\u007f',
  'umlaut ü and its twin u\u0308',
  'emoji 😀 and the last of the plane \uffee',
  'right to \u202eleft',
  '::error::not a command',
  `long/${'x'.repeat(1000)}`,
];

/** What the copy should make of a bucket filled with `fillSource` and one filled with `fillDestination`. */
export interface Awkward {
  readonly listed: number;
  readonly copied: number;
  readonly unchanged: number;
  /** Archived, without a restored copy. */
  readonly skipped: number;
  readonly deleted: number;
}

/**
 * Fills both buckets.
 *
 * @param plain how many ordinary small objects there are besides the awkward ones
 * @param prefix of the destination
 */
export function makeAwkward(
  source: Bucket,
  destination: Bucket,
  prefix: string,
  plain: number,
  now: Date,
): Awkward {
  const old = { lastModified: new Date(now.getTime() - 30 * DAY_MS) };
  const put = (key: string, text: string, options: PutOptions = {}) =>
    source.put(key, text, { ...old, ...options });

  for (let n = 0; n < plain; n++) put(`logs/${n % 30}/${n}.json`, `{"line":${n}}`);
  for (const key of AWKWARD_KEYS) put(key, `the content of ${key}`);
  put('empty', '');
  put('tagged', 'with tags', { tags: { team: 'data', 'cost center': 'a+b=c/d' } });
  put('page.html', '<p>with headers</p>', {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'max-age=60',
      'content-language': 'de',
    },
    metadata: { origin: 'scanner 7', city: 'Zürich' },
  });
  source.put('disk.img', sparse(6 * GIB, 'disk'), {
    ...old,
    parts: GIB,
    headers: { 'content-type': 'application/x-raw-disk-image' },
    metadata: { host: 'db-1' },
    tags: { keep: 'yes' },
  });
  const until = new Date(now.getTime() + 30 * DAY_MS);
  put('guarded/locked', 'not to be deleted', { retention: { mode: 'GOVERNANCE', until }, legalHold: true });
  put('guarded/shared', 'with a friend', {
    grants: [{ grantee: canonicalId('999988887777'), permission: 'READ' }],
  });
  put('guarded/moved.html', '', { redirect: '/elsewhere' });
  source.put('guarded/sums', sparse(11 * MIB, 'sums'), { ...old, parts: 5 * MIB, checksum: 'SHA256' });
  put('guarded/history', 'first draft');
  put('guarded/history', 'second draft');
  put('archive/2019.tar', 'in the ice', { storageClass: 'DEEP_ARCHIVE' });
  put('archive/2020.tar', 'in the ice', { storageClass: 'GLACIER' });

  const there = (key: string, text: string) =>
    destination.put(prefix + key, text, { lastModified: new Date(now.getTime() - 10 * DAY_MS) });
  for (let n = 0; n < plain / 10; n++) there(`logs/${n % 30}/${n}.json`, `{"line":${n}}`);
  there('tagged', 'WITH TAGS');
  there('empty', 'not empty any more');
  there('left behind', 'the source has no such object');
  there('logs/left behind too', 'nor this one');

  const unchanged = Math.ceil(plain / 10);
  const listed = source.keys().length;
  return { listed, unchanged, skipped: 2, copied: listed - unchanged - 2, deleted: 2 };
}
