/**
 * The last word on a key with a history: where each version of the source stands at the destination. Histories are held
 * against each other as they were in the plan, with what the run knows by now: which id each version got.
 */
import type { Version } from '../model/objects.ts';
import type { Outcome, SentVersion } from '../model/outcome.ts';
import type { PlanItem, Twins } from '../model/plan.ts';
import { type ObjectRecord, PROOFS, type Proof, type VersionRecord } from '../record.ts';
import { provenByEtags } from './evidence.ts';
import { align, isMarker, sizeOf } from './history.ts';
import { type Cause, failed, type Verdict } from './verdict.ts';

/** What was planned for a key and, where it was attempted, what became of it. */
export interface Carried {
  readonly item: PlanItem;
  readonly outcome: Outcome | undefined;
}

/** The destination's history, and which of its versions are copies of which of the source. */
interface Standing {
  readonly copies: readonly Version[];
  readonly twins: readonly Twins[];
}

/** Holds a history that was copied or found unchanged against what the closing listing shows. */
export function judgeHistory(carried: Carried, verdict: Verdict, copies: readonly Version[]): Verdict {
  const history = carried.item.source?.history ?? [];
  const known = knownCopies(carried);
  const { from, twins, differing } = align(history, copies, (version, copy) => {
    if (isMarker(version) || isMarker(copy)) return isMarker(version) && isMarker(copy);
    if (version.size !== copy.size) return false;
    return known.get(version.versionId) === copy.versionId || hasEqualEtag(version.etag, copy.etag);
  });
  const versions = describe(carried, verdict, { copies, twins });
  if (from < history.length) {
    const reason = from === 0 ? 'versions-differ' : 'versions-missing';
    return { ...failed(reason, lacking(history, copies, from, differing)), versions };
  }
  const sent = sentOf(carried.outcome).length;
  if (twins.length < sent) {
    const message = `${sent} versions were copied, and the closing listing shows ${twins.length}.`;
    return { ...failed('versions-missing', { code: 'VersionsMissing', message }), versions };
  }
  return { ...verdict, proof: weakest(versions), versions };
}

function hasEqualEtag(one: string, other: string): boolean {
  return provenByEtags(one, other) !== undefined;
}

/** The same from the plan alone, where nobody looked again. */
export function historyAsPlanned(carried: Carried, verdict: Verdict): Verdict {
  const { item } = carried;
  const versions = describe(carried, verdict, {
    copies: item.destination?.history ?? [],
    twins: twinsOf(item),
  });
  return { ...verdict, versions, ...(verdict.action === 'unchanged' && { proof: weakest(versions) }) };
}

/** What the destination's history lacks according to the plan; `undefined` where it has none. */
export function lackingAsPlanned(item: PlanItem): Cause | undefined {
  const { source, destination } = item;
  if (item.action !== 'copy' || source?.history === undefined || destination?.history === undefined)
    return undefined;
  return lacking(source.history, destination.history, item.from ?? 0, item.differing);
}

function lacking(
  history: readonly Version[],
  copies: readonly Version[],
  from: number,
  differing: Twins | undefined,
): Cause {
  if (differing !== undefined) {
    const [version, copy] = [history[differing[0]], copies[differing[1]]];
    const message = `Version ${version?.versionId} of the source and version ${copy?.versionId} of the destination are not the same.`;
    return { code: 'VersionsDiffer', message };
  }
  const [number, oldest] = [history.length - from, history[from]?.versionId];
  const message =
    number === 1
      ? `The destination lacks version ${oldest}.`
      : `The destination lacks ${number} versions, the oldest of them ${oldest}.`;
  return { code: 'VersionsMissing', message };
}

/** The id of each copy by the id of its version, as the plan saw it and as the run made it. */
function knownCopies({ item, outcome }: Carried): Map<string, string> {
  const { source, destination } = item;
  const known = new Map<string, string>();
  for (const [ours, theirs] of twinsOf(item)) {
    const [version, copy] = [source?.history?.[ours], destination?.history?.[theirs]];
    if (version !== undefined && copy !== undefined) known.set(version.versionId, copy.versionId);
  }
  for (const sent of sentOf(outcome)) known.set(sent.source, sent.destination);
  return known;
}

function twinsOf(item: PlanItem): readonly Twins[] {
  return (item.action === 'copy' || item.action === 'unchanged' ? item.twins : undefined) ?? [];
}

function sentOf(outcome: Outcome | undefined): readonly SentVersion[] {
  return outcome === undefined || outcome.result === 'deleted' ? [] : (outcome.versions ?? []);
}

function describe(
  { item, outcome }: Carried,
  { action }: Verdict,
  { copies, twins }: Standing,
): VersionRecord[] {
  const copyOf = new Map(twins.map(([ours, theirs]) => [ours, copies[theirs]]));
  const sent = new Map(sentOf(outcome).map(({ source, destination }) => [source, destination]));
  const wouldBeFrom = action === 'would-copy' && item.action === 'copy' ? (item.from ?? 0) : Infinity;
  return (item.source?.history ?? []).map((version, index) => {
    const copy = copyOf.get(index);
    const destination = copy?.versionId ?? sent.get(version.versionId);
    const copied = sent.has(version.versionId) || index >= wouldBeFrom;
    return {
      source: version.versionId,
      ...(destination !== undefined && { destination }),
      ...(isMarker(version) && { deleteMarker: true }),
      ...(copied && { copied }),
      size: sizeOf(version),
      ...(!isMarker(version) && { sourceEtag: version.etag }),
      ...(copy !== undefined && !isMarker(copy) && { destinationEtag: copy.etag }),
      proof: copy === undefined ? 'none' : proofOf(version, copy, item.reason),
    };
  });
}

/** Delete markers have nothing else that could be held against each other: they count as an equal ETag does. */
function proofOf(version: Version, copy: Version, reason: PlanItem['reason']): Proof {
  if (isMarker(version) || isMarker(copy)) return 'etag';
  return provenByEtags(version.etag, copy.etag) ?? (reason === 'same-checksum' ? 'checksum' : 'size');
}

/** Of the objects among the versions that the destination keeps; where there are only delete markers, that of these. */
export function weakest(versions: readonly VersionRecord[]): Proof {
  const kept = versions.filter(({ destination }) => destination !== undefined);
  const objects = kept.filter(({ deleteMarker }) => !deleteMarker);
  const proofs = (objects.length > 0 ? objects : kept).map(({ proof }) => proof);
  return PROOFS.findLast(proof => proofs.includes(proof)) ?? 'none';
}

/** Bytes of what was copied of an object, or would be. */
export function bytesCopied({ size, versions }: Pick<ObjectRecord, 'size' | 'versions'>): number {
  if (versions === undefined) return size;
  return versions.reduce((sum, version) => sum + (version.copied ? version.size : 0), 0);
}
