/**
 * What the listings could not prove is put to the objects themselves: to their checksums, and where these have nothing in
 * common, to their content. Only the record of an object changes by it, never the object.
 */
import type { ObjectRecord, Proof } from '../model.ts';
import type { Places } from './conclude.ts';
import { type Finding, type GatherEvidence, type Testimony, weigh } from './evidence.ts';
import type { Pages } from './merge.ts';
import type { Place } from './places.ts';

export interface Witnesses {
  /** Checksums that S3 holds. */
  readonly checksums: GatherEvidence;
  /** Hashes of what is read from both sides; `undefined` where reading was not asked for. */
  readonly contents: GatherEvidence | undefined;
}

/** Objects taken for equal that stayed at what the listings show although more was asked for. */
export interface Doubts {
  open: number;
  /** Of these, those of which one side would not tell its checksums. */
  silent: number;
  /** Of these, those of which one side could not be read. */
  unread: number;
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
  { checksums, contents }: Witnesses,
  doubts: Doubts,
): Promise<ObjectRecord> {
  const said = await checksums(...pair);
  const told = weigh(said);
  if (told !== undefined) return settled(record, told, 'checksum');
  const read = await contents?.(...pair);
  const seen = read && weigh(read);
  if (seen !== undefined) return settled(record, seen, 'content');
  if (record.action !== 'failed') {
    doubts.open++;
    if (isSilent(said)) doubts.silent++;
    if (read !== undefined) doubts.unread++;
  }
  return record;
}

function isSilent({ source, destination }: Testimony): boolean {
  return source === undefined || destination === undefined;
}

function settled(
  { error: _, ...record }: ObjectRecord,
  finding: Finding,
  proof: 'checksum' | 'content',
): ObjectRecord {
  if (finding.same) {
    return record.action === 'failed'
      ? { ...record, action: 'unchanged', reason: `same-${proof}`, proof }
      : { ...record, proof };
  }
  const { algorithm, source, destination } = finding;
  return {
    ...record,
    action: 'failed',
    reason: 'content-differs',
    proof: 'none' satisfies Proof,
    error: {
      code: 'ContentDiffers',
      message: `The ${algorithm} of the source is ${source}, that of the destination ${destination}.`,
    },
  };
}
