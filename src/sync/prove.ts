/**
 * What the listings could not prove is put to the objects themselves: to their checksums, and where these have nothing in
 * common, to their content. Only the record of an object changes by it, never the object.
 */
import { StoppedError } from '../errors.ts';
import type { ObjectRecord, Proof, VersionRecord } from '../record.ts';
import type { Places } from './conclude.ts';
import { weakest } from './conclude-history.ts';
import { type Finding, type GatherEvidence, type Testimony, weigh } from './evidence.ts';
import type { Pages } from './merge.ts';
import type { Place } from './places.ts';

export interface Witnesses {
  /** Checksums that S3 holds. */
  readonly checksums: GatherEvidence;
  /** Hashes of what is read from both sides; `undefined` where reading was not asked for. */
  readonly contents: GatherEvidence | undefined;
  /** Whether no time is left to ask anybody; by default there always is some. */
  readonly isOver?: () => boolean;
}

/** Objects taken for equal that stayed at what the listings show although more was asked for. */
export interface Doubts {
  open: number;
  /** Of these, those of which one side would not tell its checksums. */
  silent: number;
  /** Of these, those of which one side could not be read. */
  unread: number;
  /** Others, that nobody was asked about for want of time. */
  unasked: number;
}

/** @param place for each object that is asked about; its requests to both sides go together */
export async function* proveRecords(
  records: Pages<ObjectRecord>,
  witnesses: Witnesses,
  places: Places,
  place: Place,
  doubts: Doubts,
): AsyncGenerator<ObjectRecord[]> {
  for await (const page of records) {
    yield await Promise.all(
      page.map(record => {
        if (record.versions !== undefined) return proveHistory(record, witnesses, places, place, doubts);
        const pair = inQuestion(record, places);
        return pair === undefined ? record : place(() => prove(record, pair, witnesses, doubts));
      }),
    );
  }
}

type Pair = Parameters<GatherEvidence>;

/** `undefined` when there is nothing to ask: no two objects, or a proof at hand. */
function inQuestion(record: ObjectRecord, { source, destination }: Places): Pair | undefined {
  const { sourceEtag, destinationEtag, size } = record;
  if (sourceEtag === undefined || destinationEtag === undefined || !isOpen(record)) return undefined;
  return [
    { key: record.key.slice(source.prefix.length), etag: sourceEtag, size },
    { key: record.destinationKey.slice(destination.prefix.length), etag: destinationEtag, size },
  ];
}

/**
 * An object that `compare: missing` left alone need not be a copy of its source. That `mode: verify` takes two objects for
 * different is no proof where only a clock, or the lack of a checksum, says so.
 */
function isOpen({ action, reason, proof }: ObjectRecord): boolean {
  if (action === 'failed') return reason === 'source-newer' || reason === 'unproven';
  return (action === 'copied' || action === 'unchanged') && proof === 'size' && reason !== 'exists';
}

async function prove(
  record: ObjectRecord,
  pair: Pair,
  witnesses: Witnesses,
  doubts: Doubts,
): Promise<ObjectRecord> {
  const answer = await ask(pair, witnesses);
  if ('finding' in answer) return settled(record, answer.finding, answer.proof);
  if (record.action !== 'failed') count(answer, doubts);
  return record;
}

/** One version after another, so that a long history does not push all others aside. */
async function proveHistory(
  record: ObjectRecord,
  witnesses: Witnesses,
  places: Places,
  place: Place,
  doubts: Doubts,
): Promise<ObjectRecord> {
  if (record.action !== 'copied' && record.action !== 'unchanged') return record;
  const versions: VersionRecord[] = [];
  let doubt: Doubt | undefined;
  for (const version of record.versions ?? []) {
    const pair = versionInQuestion(record, version, places);
    const answer = pair && (await place(() => ask(pair, witnesses)));
    if (answer === undefined) versions.push(version);
    else if (!('finding' in answer)) {
      doubt = answer;
      versions.push(version);
    } else if (answer.finding.same) versions.push({ ...version, proof: answer.proof });
    else return differing(record, answer.finding, `Version ${version.source}: `);
  }
  if (doubt !== undefined) count(doubt, doubts);
  return { ...record, versions, proof: weakest(versions) };
}

function versionInQuestion(
  { key, destinationKey }: ObjectRecord,
  version: VersionRecord,
  { source, destination }: Places,
): Pair | undefined {
  const { sourceEtag, destinationEtag, size, proof } = version;
  if (sourceEtag === undefined || destinationEtag === undefined || version.destination === undefined)
    return undefined;
  if (proof !== 'size') return undefined;
  return [
    { key: key.slice(source.prefix.length), versionId: version.source, etag: sourceEtag, size },
    {
      key: destinationKey.slice(destination.prefix.length),
      versionId: version.destination,
      etag: destinationEtag,
      size,
    },
  ];
}

/** Nothing that decides: whether one side would not tell its checksums, and whether one could not be read. */
interface Doubt {
  readonly silent: boolean;
  readonly unread: boolean;
  readonly unasked?: true;
}

const UNASKED: Doubt = { silent: false, unread: false, unasked: true };

type Answer = { readonly finding: Finding; readonly proof: 'checksum' | 'content' } | Doubt;

async function ask(pair: Pair, witnesses: Witnesses): Promise<Answer> {
  if (witnesses.isOver?.()) return UNASKED;
  try {
    return await askInTime(pair, witnesses);
  } catch (error) {
    if (error instanceof StoppedError && witnesses.isOver?.()) return UNASKED;
    throw error;
  }
}

async function askInTime(pair: Pair, { checksums, contents }: Witnesses): Promise<Answer> {
  const said = await checksums(...pair);
  const told = weigh(said);
  if (told !== undefined) return { finding: told, proof: 'checksum' };
  const read = await contents?.(...pair);
  const seen = read && weigh(read);
  if (seen !== undefined) return { finding: seen, proof: 'content' };
  return { silent: isSilent(said), unread: read !== undefined };
}

function count({ silent, unread, unasked }: Doubt, doubts: Doubts): void {
  if (unasked) {
    doubts.unasked++;
    return;
  }
  doubts.open++;
  if (silent) doubts.silent++;
  if (unread) doubts.unread++;
}

function isSilent({ source, destination }: Testimony): boolean {
  return source === undefined || destination === undefined;
}

function settled(
  { error: _, ...record }: ObjectRecord,
  finding: Finding,
  proof: 'checksum' | 'content',
): ObjectRecord {
  if (!finding.same) return differing(record, finding);
  return record.action === 'failed'
    ? { ...record, action: 'unchanged', reason: `same-${proof}`, proof }
    : { ...record, proof };
}

type Difference = Exclude<Finding, { readonly same: true }>;

/** @param what a word on what differs, where it is not the whole object */
function differing(
  record: ObjectRecord,
  { algorithm, source, destination }: Difference,
  what = '',
): ObjectRecord {
  return {
    ...record,
    action: 'failed',
    reason: 'content-differs',
    proof: 'none' satisfies Proof,
    error: {
      code: 'ContentDiffers',
      message: `${what}The ${algorithm} of the source is ${source}, that of the destination ${destination}.`,
    },
  };
}
