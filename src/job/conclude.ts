/** The last word on every object, written to `objects.ndjson` and counted on the way. */
import { join } from 'node:path';
import { unwritten } from '../disk.ts';
import type { FatalError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import { NdjsonWriter } from '../ndjson.ts';
import type { Scene } from '../preflight/scene.ts';
import type { ObjectRecord } from '../record.ts';
import { Digest } from '../report/digest/digest.ts';
import { RECORDS_FILE } from '../report/folder.ts';
import { type Movements, recordAsSeen, recordAsSettled, settle } from '../sync/conclude.ts';
import type { Pages } from '../sync/merge.ts';
import type { OutcomeLog } from '../sync/outcomes.ts';
import { type Doubts, proveRecords } from '../sync/prove.ts';
import type { Stop } from '../sync/stop.ts';
import { Tally } from '../sync/totals.ts';
import type { Diary } from './diary.ts';
import { listBoth } from './listings.ts';
import type { Plan } from './plan.ts';
import { withAdvice } from './telling/advice.ts';
import { describeDoubts, describeMovements, describeNotKept } from './telling/notes.ts';
import { askChecksums, placesToAsk, readContents } from './witnesses.ts';

export interface Conclusion {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly outcomes: OutcomeLog;
  /** Both buckets can be listed once more; not so after a stop or a fatal error. */
  readonly mayLook: boolean;
  readonly reportFolder: string;
  readonly stop: Stop;
}

export async function conclude(conclusion: Conclusion, diary: Diary): Promise<void> {
  const { scene, plan, outcomes, reportFolder, stop } = conclusion;
  const { settings } = scene;
  const settled = settle(plan.items(), await outcomes.inKeyOrder());
  const movements: Movements = { appeared: 0, movedOn: 0 };
  const doubts: Doubts = { open: 0, silent: 0, unread: 0, unasked: 0 };
  const compares = settings.mode === 'sync' && settings.verify !== 'none' && conclusion.mayLook;
  const records =
    compares && changedSomething(plan)
      ? recordAsSeen(settled, listBoth(scene), places(settings), movements)
      : recordAsSettled(settled, settings.mode, places(settings));

  const tally = new Tally();
  const digest = new Digest(settings.source.location.prefix);
  const writer = new Records(join(reportFolder, RECORDS_FILE));
  for await (const page of proven(records, conclusion, diary, doubts)) {
    for (const record of page) {
      tally.count(record);
      digest.count(record);
    }
    await writer.write(page);
  }
  await writer.close();
  if (writer.failure !== undefined) diary.halt(writer.failure);

  diary.totals = tally.totals(plan.totals.listed);
  diary.digest = digest;
  diary.failures = await withAdvice(tally.failures(), scene, stop.hurrying.aborted);
  diary.compared = compares || settings.mode === 'verify' || settings.mode === 'health';
  const { reasons } = diary.totals;
  const isLeft = LEFT.some(reason => reasons[reason]) || doubts.unasked > 0;
  diary.complete = !isLeft && !diary.halted;
  diary.notes.push(
    ...describeMovements(movements),
    ...describeNotKept(diary.totals),
    ...describeDoubts(settings.verify, doubts),
  );
}

/** A disk that has no room for them ends the writing and not the counting: what has become of the objects is told. */
class Records {
  readonly #writer: NdjsonWriter<ObjectRecord>;
  failure: FatalError | undefined;

  constructor(path: string) {
    this.#writer = new NdjsonWriter(path);
  }

  write(page: readonly ObjectRecord[]): Promise<void> {
    return this.#attempt(() => this.#writer.writeAll(page));
  }

  close(): Promise<void> {
    return this.#attempt(() => this.#writer.close());
  }

  async #attempt(writing: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await writing();
    } catch (error) {
      this.failure = unwritten(this.#writer.path, error);
    }
  }
}

/** What shows that not all of the plan was attempted, or is not known to have ended. */
const LEFT = ['skipped: stopped', 'skipped: under-way', 'kept: delete-refused'];

/** The records as they are, or what the objects themselves say where `verify` asks for more than the listings show. */
function proven(
  records: Pages<ObjectRecord>,
  { scene, mayLook, stop }: Conclusion,
  diary: Diary,
  doubts: Doubts,
): Pages<ObjectRecord> {
  const { settings } = scene;
  const { mode, verify } = settings;
  if (!mayLook || mode === 'dry-run' || (verify !== 'checksum' && verify !== 'content')) return records;
  const reading = {
    aborting: stop.cutting,
    count: (bytes: number) => {
      diary.bytesRead += bytes;
    },
  };
  const witnesses = {
    checksums: askChecksums(scene),
    contents: verify === 'content' ? readContents(scene, reading) : undefined,
    isOver: () => stop.cutting.aborted && !stop.hurrying.aborted,
  };
  return proveRecords(records, witnesses, places(settings), placesToAsk(settings, stop.hurrying), doubts);
}

/** Where nothing was to be done, the plan has just compared both sides as they are. */
function changedSomething({ totals }: Plan): boolean {
  return totals.toCopy + totals.toDelete > 0;
}

function places({ source, destination }: Settings) {
  return { source: source.location, destination: destination.location };
}
