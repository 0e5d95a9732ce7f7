/**
 * What becomes of a history: its versions are sent one after another, because the order in which they arrive is their
 * order. Where one does not arrive, those behind it wait for a later run, which goes on from there.
 */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import { StoppedError } from '../errors.ts';
import type {
  CopyItem,
  FailedOutcome,
  ObjectEntry,
  Outcome,
  SentVersion,
  SkippedOutcome,
  Version,
} from '../model.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { Marked } from '../s3/remove.ts';
import { entryOf, isMarker, sizeOf, versionsToSend } from '../sync/history.ts';
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
      if (isAbsence(error) && (await isGone(from, version))) vanished.add(version);
      else return { ...explainVersion(key, version, error, archived), versions };
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
  if (versionId === undefined)
    throw new Error('S3 answered without a version id: the destination keeps no versions.');
  return versionId;
}

/** Of the version, or of something else that it takes to send it: an upload that somebody aborted is absent, too. */
function isAbsence(error: unknown): boolean {
  return troubleOf(error).kind === 'absent';
}

async function isGone(from: Bucket, version: Version): Promise<boolean> {
  try {
    await from.send(new HeadObjectCommand(from.naming(version)));
    return false;
  } catch (error) {
    return isAbsence(error);
  }
}

function without(vanished: ReadonlySet<Version>, { key, history = [] }: ObjectEntry): ObjectEntry {
  return entryOf(
    key,
    history.filter(version => !vanished.has(version)),
  );
}

/** A version that is there and cannot be sent is never skipped as vanished. */
function explainVersion(
  key: string,
  { versionId }: Version,
  error: unknown,
  archived: 'skip' | 'fail',
): SkippedOutcome | FailedOutcome {
  const { code, message, requestId } = troubleOf(error);
  const outcome = isAbsence(error)
    ? ({ key, result: 'failed', reason: 'error', code, message, requestId } as const)
    : explain(key, error, archived);
  return outcome.result === 'failed'
    ? { ...outcome, message: `Version ${versionId}: ${outcome.message}` }
    : outcome;
}
