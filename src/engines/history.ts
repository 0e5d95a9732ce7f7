/**
 * What becomes of a history: its versions are sent one after another, because the order in which they arrive is their
 * order. Where one does not arrive, those behind it wait for a later run, which goes on from there.
 */
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry, Version } from '../model/objects.ts';
import type { FailedOutcome, Outcome, SentVersion, SkippedOutcome } from '../model/outcome.ts';
import type { CopyItem } from '../model/plan.ts';
import type { Bucket } from '../s3/bucket.ts';
import { isGone } from '../s3/head.ts';
import type { Marked } from '../s3/remove.ts';
import { entryOf, isMarker, sizeOf, versionsToSend } from '../sync/history.ts';
import { deniedOf } from './denial.ts';
import { explain, type Send } from './outcome.ts';

/** @throws StoppedError when the run was stopped before it was put */
export type Mark = (key: string) => Promise<Marked>;

interface Sent {
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly requestId: string | undefined;
}

/**
 * Sends what the destination lacks of a history.
 *
 * @returns `undefined` when the run was stopped before anything of it was sent
 * @throws FatalError for trouble that every other object would meet as well
 */
export async function carryHistory(
  send: Send,
  mark: Mark,
  from: Bucket,
  { key, source, from: first }: CopyItem,
  archived: 'skip' | 'fail',
): Promise<Outcome | undefined> {
  const versions: SentVersion[] = [];
  const vanished = new Set<Version>();
  let bytes = 0;
  let last: Sent | undefined;
  for (const version of versionsToSend(source, first)) {
    try {
      last = isMarker(version) ? { etag: '', ...(await mark(key)) } : await send(version);
      versions.push({ source: version.versionId, destination: kept(last) });
      bytes += sizeOf(version);
    } catch (error) {
      const stopped = error instanceof StoppedError;
      if (stopped && versions.length === 0) return undefined;
      if (stopped) return { key, result: 'skipped', reason: 'stopped', versions, requestId: undefined };
      // A lifecycle rule took it meanwhile: the source's history no longer has it either.
      if (troubleOf(error).kind === 'absent' && (await isGone(from, version))) vanished.add(version);
      else return { ...(await explainVersion(from, key, version, error, archived)), versions };
    }
  }
  if (last === undefined) return { key, result: 'skipped', reason: 'vanished', requestId: undefined };
  const { etag, requestId } = last;
  return {
    key,
    result: 'copied',
    etag,
    bytes,
    versions,
    ...(vanished.size > 0 && { source: without(vanished, source) }),
    requestId,
  };
}

/** Preflight saw that the destination keeps versions; where that has changed since, one would overwrite the other. */
function kept({ versionId }: Sent): string {
  // In a bucket with versioning suspended each version has this id, and replaces the one before it.
  if (versionId === undefined || versionId === 'null')
    throw new FatalError('The destination keeps no versions any more: each would replace the one before it.');
  return versionId;
}

function without(vanished: ReadonlySet<Version>, { key, history = [] }: ObjectEntry): ObjectEntry {
  return entryOf(
    key,
    history.filter(version => !vanished.has(version)),
  );
}

async function explainVersion(
  from: Bucket,
  key: string,
  version: Version,
  error: unknown,
  archived: 'skip' | 'fail',
): Promise<SkippedOutcome | FailedOutcome> {
  const outcome = explain(key, error, archived);
  if (outcome.result !== 'failed') return outcome;
  const told = { ...outcome, message: `Version ${version.versionId}: ${outcome.message}` };
  if (outcome.reason !== 'denied') return told;
  const denied = isMarker(version) ? 's3:DeleteObject' : await deniedOf(from, version, outcome.message);
  return { ...told, denied };
}
