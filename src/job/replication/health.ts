/**
 * `mode: health`: what the destination lacks is asked at the source, object by object, how far its replication is. Nothing
 * is changed. (S3 User Guide, "Getting replication status information".)
 */
import { explain } from '../../engines/outcome.ts';
import { DELETED, MISSING } from '../../engines/replication/fate.ts';
import { type Lacking, lackingOf, MARKERS_LEFT, worstOf } from '../../engines/replication/versions.ts';
import { StoppedError } from '../../errors.ts';
import type { FailedOutcome, Outcome, SkippedOutcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Scene } from '../../preflight/scene.ts';
import type { ReplicationHealth } from '../../record.ts';
import { seconds } from '../../report/text.ts';
import { isReplicaAt, type Shown, shownAt } from '../../s3/replication/status.ts';
import { ARCHIVE_CLASSES } from '../../sync/decide.ts';
import type { OutcomeLog } from '../../sync/outcomes.ts';
import { Places } from '../../sync/places.ts';
import type { Stop } from '../../sync/stop.ts';
import { transfer } from '../../sync/transfer.ts';
import type { Plan } from '../plan.ts';
import { askingAtOnce } from '../witnesses.ts';
import { Backlog, LATE } from './backlog.ts';

/** One outcome for each object that the destination lacks; what a stop leaves unasked has none. */
export async function examine(
  scene: Scene,
  plan: Plan,
  outcomes: OutcomeLog,
  stop: Stop,
): Promise<ReplicationHealth> {
  const places = new Places(askingAtOnce(scene.settings));
  const backlog = new Backlog();
  const work = async (item: CopyItem) => {
    const outcome = await places.small(() => examineOne(item, scene, backlog));
    if (outcome !== undefined) await outcomes.add(outcome);
  };
  await transfer(plan.copies(), { places, isLarge: () => false, work }, stop.draining);
  return backlog.health();
}

async function examineOne(item: CopyItem, scene: Scene, backlog: Backlog): Promise<Outcome | undefined> {
  const { settings, source } = scene;
  const lacking = lackingOf(item);
  try {
    const worst = await worstOf(source, lacking);
    const found: Found = worst ?? { state: 'none', frozen: false, underKms: false, object: item.source };
    const judged = judge(item, found, lacking, scene);
    const outcome = isStale(judged) ? await lookAgain(item, judged, lacking, scene) : judged;
    backlog.count(item, outcome, ageOf(found));
    return outcome;
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    return explain(item.key, error, settings.archived === 'fail' ? 'fail' : 'skip');
  }
}

type Found = NonNullable<Awaited<ReturnType<typeof worstOf>>>;

const requestId = undefined;

function skipped(key: string, reason: SkippedOutcome['reason']): Outcome {
  return { key, result: 'skipped', reason, requestId };
}

function failed(
  key: string,
  code: string,
  message: string,
  reason: FailedOutcome['reason'] = 'not-replicated',
): FailedOutcome {
  return { key, result: 'failed', reason, code, message, requestId };
}

const GIVEN_UP = 'ReplicationFailed';

/**
 * Judged by what the source says. Of the destination no more is known than that it lacked the object when it was
 * listed.
 */
function judge(item: CopyItem, found: Found, { markers }: Lacking, { settings }: Scene): Outcome {
  const { key } = item;
  const age = ageOf(found);
  switch (found.state) {
    case 'gone':
      return skipped(key, 'vanished');
    case 'pending': {
      if (age <= settings.replication.maxLagSeconds) return skipped(key, 'replicating');
      return failed(
        key,
        LATE,
        `The object was written ${seconds(age)} ago and is not replicated yet, which is longer than \`replication-max-lag\` allows.`,
      );
    }
    case 'failed':
      return failed(key, GIVEN_UP, 'S3 has given up replicating the object.');
    case 'done':
      return failed(key, MISSING, DELETED);
    case 'replica':
      return failed(
        key,
        'NotReplicated',
        'The object came to the source by replication itself, and only a job sends those on.',
      );
    default:
      if (found.frozen || ARCHIVE_CLASSES.has(found.object.storageClass)) {
        if (settings.archived !== 'fail') return skipped(key, 'archived');
        const message = 'The object is in an archive, from which no rule takes it, restored or not.';
        return failed(key, 'SrcObjectNotEligible', message, 'archived');
      }
      if (found.underKms && settings.kmsKey === undefined)
        return failed(
          key,
          'NotReplicatedUnderKms',
          'The object is encrypted with KMS, and the rule has no key for such replicas.',
        );
      if (markers && found.object === item.source)
        return failed(key, MARKERS_LEFT, 'The history has delete markers that the destination lacks.');
      return failed(
        key,
        'NotReplicated',
        'No rule has taken the object up: it was written before the rule, or while there was none.',
      );
  }
}

/** Verdicts that may be out of date: what was on its way when the destination was listed may have arrived since. */
const STALE: ReadonlySet<string> = new Set([MISSING, GIVEN_UP, LATE]);

function isStale(outcome: Outcome): outcome is FailedOutcome {
  return outcome.result === 'failed' && STALE.has(outcome.code);
}

async function lookAgain(
  item: CopyItem,
  judged: FailedOutcome,
  lacking: Lacking,
  scene: Scene,
): Promise<Outcome> {
  const { key } = item;
  const shown = await nowShown(item, lacking, scene);
  switch (shown) {
    case 'successor':
      return skipped(key, 'arrived');
    case 'overtaken':
      return skipped(key, 'replicating');
    case 'gone':
      return skipped(key, 'vanished');
    case 'nothing':
      return judged;
    case 'another':
      return judged.code === MISSING ? failed(key, 'ReplicaDiffers', DIFFERS) : judged;
    case 'unknown':
      return judged.code === MISSING ? failed(key, 'ReplicaUnseen', UNSEEN) : judged;
    default:
      return skipped(key, 'arrived');
  }
}

const DIFFERS =
  'S3 says that the object was replicated, and the destination has another one: somebody else wrote it there.';
const UNSEEN =
  'S3 says that the object was replicated. The destination did not have it when it was listed, and may not be asked for it now.';

/** What the destination shows by now; of a history, whether all that was lacking is there. */
async function nowShown(item: CopyItem, { objects }: Lacking, scene: Scene): Promise<Shown> {
  if (item.source.history === undefined) return shownAt(scene, item.source);
  for (const object of objects) {
    const isThere = await isReplicaAt(scene.destination, object, object);
    if (isThere === undefined) return 'unknown';
    if (!isThere) return item.destination === undefined ? 'nothing' : 'another';
  }
  return 'successor';
}

/** Seconds since the version was written. */
function ageOf({ object }: Found): number {
  return Math.max(0, Math.round((Date.now() - object.modified) / 1000));
}
