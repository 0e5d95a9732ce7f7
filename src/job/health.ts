/**
 * `mode: health`: what the destination lacks is asked at the source, object by object, how far its replication is. Nothing
 * is changed. (S3 User Guide, "Getting replication status information".)
 */
import { explain } from '../engines/outcome.ts';
import { type Lacking, lackingOf, worstOf } from '../engines/replication/versions.ts';
import { StoppedError } from '../errors.ts';
import type { CopyItem, Outcome } from '../model.ts';
import type { Scene } from '../preflight/scene.ts';
import type { ReplicationHealth } from '../record.ts';
import { seconds } from '../report/text.ts';
import type { OutcomeLog } from '../sync/outcomes.ts';
import { Places } from '../sync/places.ts';
import type { Stop } from '../sync/stop.ts';
import { transfer } from '../sync/transfer.ts';
import type { Plan } from './plan.ts';
import { askingAtOnce } from './witnesses.ts';

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
    const outcome = judge(item, found, lacking, scene);
    backlog.count(item, found, outcome);
    return outcome;
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    return explain(item.key, error, settings.archived === 'fail' ? 'fail' : 'skip');
  }
}

type Found = NonNullable<Awaited<ReturnType<typeof worstOf>>>;

function judge(item: CopyItem, found: Found, { markers }: Lacking, { settings }: Scene): Outcome {
  const { key, destination } = item;
  const requestId = undefined;
  const skipped = (reason: 'vanished' | 'archived' | 'replicating'): Outcome => ({
    key,
    result: 'skipped',
    reason,
    requestId,
  });
  const failed = (code: string, message: string): Outcome => ({
    key,
    result: 'failed',
    reason: 'not-replicated',
    code,
    message,
    requestId,
  });
  const age = ageOf(found);
  switch (found.state) {
    case 'gone':
      return skipped('vanished');
    case 'pending': {
      if (age <= settings.replication.maxLagSeconds) return skipped('replicating');
      return failed(
        'ReplicationLate',
        `S3 has had the object on its way for ${seconds(age)}, longer than \`replication-max-lag\` allows.`,
      );
    }
    case 'failed':
      return failed('ReplicationFailed', 'S3 has given up replicating the object.');
    case 'done':
      return destination === undefined
        ? failed(
            'ReplicaMissing',
            'S3 says that the object was replicated, and the destination does not have it: it was deleted there.',
          )
        : failed(
            'ReplicaDiffers',
            'S3 says that the object was replicated, and the destination has another one: somebody else wrote it there.',
          );
    case 'replica':
      return failed(
        'NotReplicated',
        'The object came to the source by replication itself, and only a job sends those on.',
      );
    default:
      if (found.frozen) return skipped('archived');
      if (found.underKms && settings.kmsKey === undefined)
        return failed(
          'NotReplicatedUnderKms',
          'The object is encrypted with KMS, and the rule has no key for such replicas.',
        );
      return failed(
        'NotReplicated',
        markers && found.object === item.source
          ? 'The history has delete markers that the destination lacks.'
          : 'No rule has taken the object up: it was written before the rule, or while there was none.',
      );
  }
}

/** Seconds since the version was written. */
function ageOf({ object }: Found): number {
  return Math.max(0, Math.round((Date.now() - object.modified) / 1000));
}

class Backlog {
  #objects = 0;
  #bytes = 0;
  #oldest: { readonly key: string; readonly seconds: number } | undefined;
  readonly #failures = new Map<string, number>();

  count({ key, source }: CopyItem, found: Found, outcome: Outcome): void {
    if (found.state === 'pending') {
      this.#objects++;
      this.#bytes += source.size;
      const age = ageOf(found);
      if (this.#oldest === undefined || age > this.#oldest.seconds) this.#oldest = { key, seconds: age };
    }
    if (outcome.result === 'failed')
      this.#failures.set(outcome.code, (this.#failures.get(outcome.code) ?? 0) + 1);
  }

  health(): ReplicationHealth {
    return {
      pending: this.#objects,
      pendingBytes: this.#bytes,
      ...(this.#oldest !== undefined && { oldestPending: this.#oldest }),
      failures: Object.fromEntries([...this.#failures].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}
