/** The replication rule of a run: put in place once the plan may be carried out, and taken away at the end where that was asked for. */
import { pause } from '../../aws/waiting.ts';
import { FatalError } from '../../errors.ts';
import type { Log } from '../../model/log.ts';
import { bucketsToVersion } from '../../preflight/replication/versioning.ts';
import type { Scene } from '../../preflight/scene.ts';
import { putRule, removeRule, stillStands } from '../../s3/replication/configuration.ts';
import type { Ground } from '../../s3/replication/ground.ts';
import { ruleIdOf } from '../../s3/replication/rule.ts';
import { explainRule, explainVersioning, isAboutVersioning } from '../../s3/replication/trouble.ts';
import { enableVersioning } from '../../s3/versioning.ts';
import { uri } from '../../sync/plan.ts';
import type { Diary } from '../diary.ts';

/**
 * Enables versioning where it was asked for and puts the rule there.
 *
 * @returns whether the rule is new. What was written after the listing and before the rule is then in neither
 * @throws FatalError with what to do about it; StoppedError
 */
export async function putInPlace(scene: Scene, ground: Ground, diary: Diary, log: Log): Promise<boolean> {
  const noted = (text: string) => {
    log.info(text);
    diary.notes.push(text);
  };
  const enabled = bucketsToVersion(scene);
  for (const bucket of enabled) {
    await enableVersioning(bucket).catch(error => {
      throw explainVersioning(error, bucket);
    });
    noted(`Enabled versioning of ${bucket.location.bucket}.`);
  }
  const { source, destination, role, wanted } = ground;
  const id = ruleIdOf(wanted.destination);
  const doing = `Putting the rule ${id} into the replication configuration of ${source.location.bucket}`;
  const isNew = await onceVersioned(enabled.length > 0, source.aborting, () =>
    putRule(source, role, wanted),
  ).catch(error => {
    throw explainRule(doing, error, ground);
  });
  const what = `the rule ${id}, which replicates ${uri(source.location)} to ${uri(destination.location)}`;
  if (isNew) noted(`Put in place ${what}.`);
  else log.info(`Found ${what}.`);
  return isNew;
}

/** How long S3 may go on refusing a rule because it does not see yet that versioning was enabled. */
const LAGS_MS = 120_000;

async function onceVersioned<T>(isNew: boolean, aborting: AbortSignal, put: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  for (let looks = 0; ; looks++) {
    try {
      return await put();
    } catch (error) {
      if (!isNew || !isAboutVersioning(error) || Date.now() - begun > LAGS_MS || aborting.aborted)
        throw error;
      await pause(looks, aborting);
    }
  }
}

/**
 * Once everything was done: whoever wrote the configuration meanwhile may have written over the rule, and what came after is
 * not replicated by it.
 *
 * @throws FatalError when the rule is gone or another one; StoppedError
 */
export async function seeInPlace(ground: Ground): Promise<void> {
  const { source, role, wanted } = ground;
  const id = ruleIdOf(wanted.destination);
  const { bucket } = source.location;
  const stands = await stillStands(source, role, wanted).catch(error => {
    throw explainRule(`Looking at the rule ${id} of ${bucket} once more`, error, ground);
  });
  if (stands) return;
  throw new FatalError(
    `The rule ${id} is no longer in the replication configuration of ${bucket} as this run found it or put it there: somebody else has written the configuration meanwhile, and new objects may not be replicated.`,
    {
      todo: 'Run again, which puts the rule there once more. Let one run at a time write the configuration of a bucket: put all workflows that replicate from it into one `concurrency` group.',
    },
  );
}

/** Only if all is well. Otherwise the rule stays, so that it can still bring what is missing. */
export async function takeAway(ground: Ground, diary: Diary, log: Log): Promise<void> {
  const { source, wanted } = ground;
  const id = ruleIdOf(wanted.destination);
  if (!diary.isWell) {
    diary.notes.push(
      `The rule ${id} stays, because not all has arrived. The next run that ends well with \`replication-rule: remove\` takes it away.`,
    );
    return;
  }
  const doing = `Taking the rule ${id} out of the replication configuration of ${source.location.bucket}`;
  const removed = await removeRule(source, wanted).catch(error => {
    throw explainRule(doing, error, ground);
  });
  if (removed) {
    log.info(`Took away the rule ${id}.`);
    diary.notes.push(
      `Took away the rule ${id}: what is written from now on is not replicated. What appeared in the source after it was listed may have been on its way still; another run finds it.`,
    );
  }
}
