/**
 * Every version of every key below a prefix, delete markers included: one entry a key, in key order, with its history.
 */
import { FatalError } from '../errors.ts';
import type { ObjectEntry, Side, Version } from '../model/objects.ts';
import type { Settings } from '../model/settings.ts';
import { entryOf, isMarker } from '../sync/history.ts';
import { compareKeys } from '../sync/order.ts';
import type { Bucket } from './bucket.ts';
import { askForPage, list, RANGES } from './list.ts';
import { type FetchPage, listInRanges } from './ranges/ranges.ts';
import { type ListedVersion, scanVersions, type VersionsPage } from './wire/versions-page.ts';

export type Listing = (bucket: Bucket) => AsyncGenerator<ObjectEntry[]>;

/** How each side is listed: the objects as they are now, or their histories. What is replicated is named by version. */
export function listingsFor({
  engine,
  preserve,
}: Pick<Settings, 'engine' | 'preserve'>): Readonly<Record<Side, Listing>> {
  if (preserve.has('versions')) return { source: listVersions, destination: listVersions };
  return { source: engine === 'replication' ? listCurrentVersions : list, destination: list };
}

/** The objects as they are now, each with the id of its version. */
export async function* listCurrentVersions(bucket: Bucket): AsyncGenerator<ObjectEntry[]> {
  for await (const page of listVersions(bucket)) {
    yield page.flatMap(({ history }) => {
      const newest = history?.at(-1);
      return newest === undefined || isMarker(newest) ? [] : newest;
    });
  }
}

/**
 * Lists at several places of the key space at once, as `list` does. A page may end in the middle of a history.
 *
 * @throws FatalError when a listing cannot be read, or is not in the order that S3 promises
 */
export function listVersions(bucket: Bucket): AsyncGenerator<ObjectEntry[]> {
  return listInRanges(after => fetchAfter(bucket, after), RANGES);
}

/**
 * The next keys after one, each with its whole history. The last key of a page that is not the last one may go on behind
 * it, and is left to the next fetch, which begins there again; where there is no other key, the listing is followed to
 * its end.
 */
async function fetchAfter(bucket: Bucket, after: string | undefined): ReturnType<FetchPage> {
  const histories = new Histories();
  const keyMarker = after === undefined ? undefined : bucket.fullKey(after);
  let page = await fetchPage(bucket, { keyMarker, versionIdMarker: undefined });
  histories.add(page.versions);
  while (page.next !== undefined && histories.whole.length === 0) {
    page = await fetchPage(bucket, page.next);
    histories.add(page.versions);
  }
  const more = page.next !== undefined;
  return { entries: more ? histories.whole : histories.end(), more };
}

/** Versions as they are listed, newest first within a key, put together by key. */
class Histories {
  /** Without the last key, of which more may come. */
  readonly whole: ObjectEntry[] = [];
  #open: Version[] = [];

  add(versions: readonly ListedVersion[]): void {
    for (const { version, isLatest } of versions) {
      const [newest] = this.#open;
      if (newest === undefined || newest.key !== version.key) {
        if (!isLatest || (newest !== undefined && compareKeys(newest.key, version.key) >= 0))
          throw outOfOrder(version);
        this.#close();
      } else if (isLatest) throw outOfOrder(version);
      this.#open.push(version);
    }
  }

  /** There is no more to come. */
  end(): ObjectEntry[] {
    this.#close();
    return this.whole;
  }

  #close(): void {
    const [newest] = this.#open;
    if (newest !== undefined) this.whole.push(entryOf(newest.key, this.#open.reverse()));
    this.#open = [];
  }
}

function outOfOrder({ key, versionId }: Version): FatalError {
  return new FatalError(
    `The listing of versions is not in order, newest first within a key: see version ${versionId} of ${JSON.stringify(key)}.`,
  );
}

/** Where a page begins: after a key, behind one version of it, or at the beginning. */
interface Start {
  /** Full key. */
  readonly keyMarker: string | undefined;
  readonly versionIdMarker: string | undefined;
}

async function fetchPage(bucket: Bucket, { keyMarker, versionIdMarker }: Start): Promise<VersionsPage> {
  const { bucket: name, prefix } = bucket.location;
  const answer = await askForPage(bucket, 'ListObjectVersions', {
    'encoding-type': 'url',
    'key-marker': keyMarker,
    prefix: prefix || undefined,
    'version-id-marker': versionIdMarker,
    versions: '',
  });
  const page = scanVersions(answer.body.toString(), prefix);
  if (page === undefined) throw new FatalError(`The listing of the versions of ${name} cannot be read.`);
  return page;
}
