/** Who makes the jobs may see those that there are. */
import { FatalError, messageOf } from '../../errors.ts';
import type { CheckResult } from '../../model/checks.ts';
import { isOf } from '../../s3control/description.ts';
import { explain } from '../../s3control/trouble.ts';
import { fingerprintOf } from '../../settings/fingerprint.ts';
import type { Check } from '../scene.ts';

const CHECK = 'batch-jobs';

export const checkJobs: Check = async ({ settings, jobs: scene, replication }): Promise<CheckResult[]> => {
  if (scene === undefined || settings.mode === 'verify') return [];
  const { jobs, ground } = scene;
  const where = `${ground.region} of account ${ground.account}`;
  try {
    const underWay = await jobs.underWay(() => true);
    const { length } = underWay;
    const seen = `Jobs of S3 Batch Operations can be listed in ${where}; ${length} are under way.`;
    // Ours of an earlier run are waited for before there is another.
    const replicating = underWay.filter(
      ({ operation, description }) =>
        operation === 'S3ReplicateObject' && !isOf(description, fingerprintOf(settings)),
    ).length;
    if (replication !== undefined && replicating >= MOST_REPLICATING) return [tooMany(replicating, where)];
    return [{ check: CHECK, verdict: 'pass', seen }];
  } catch (error) {
    const refusal = explain(`Looking for jobs of S3 Batch Operations in ${where}`, error, ground);
    if (!(refusal instanceof FatalError)) throw refusal;
    const { fix } = refusal;
    // A role that is meant for dry runs only need not be allowed to see jobs.
    const verdict = settings.mode === 'dry-run' ? 'unknown' : 'fail';
    return [{ check: CHECK, verdict, seen: messageOf(refusal), ...(fix !== undefined && { fix }) }];
  }
};

/** (S3 User Guide, "Performing object operations in bulk with Batch Operations", quotas.) */
const MOST_REPLICATING = 6;

function tooMany(replicating: number, where: string): CheckResult {
  const seen = `${replicating} other jobs of Batch Replication are under way in ${where}, and S3 takes ${MOST_REPLICATING} of an account at a time; a run that needs one of its own is refused it.`;
  const todo = 'Wait for one of them to end, or cancel one.';
  // Whoever finds nothing to replicate needs none.
  return { check: CHECK, verdict: 'warn', seen, fix: { todo } };
}
