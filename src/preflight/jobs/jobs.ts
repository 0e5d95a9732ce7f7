/** Who makes the jobs may see those that there are. */
import { FatalError, messageOf } from '../../errors.ts';
import type { CheckResult } from '../../model.ts';
import { explain } from '../../s3control/trouble.ts';
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
    const replicating = underWay.filter(({ operation }) => operation === 'S3ReplicateObject').length;
    if (replication !== undefined && replicating >= MOST_REPLICATING) return [tooMany(replicating, where)];
    return [{ check: CHECK, verdict: 'pass', seen }];
  } catch (error) {
    const refusal = explain(`Looking for jobs of S3 Batch Operations in ${where}`, error, ground);
    if (!(refusal instanceof FatalError)) throw refusal;
    const { fix } = refusal;
    // A role that can only plan need not know of jobs.
    const verdict = settings.mode === 'dry-run' ? 'unknown' : 'fail';
    return [{ check: CHECK, verdict, seen: messageOf(refusal), ...(fix !== undefined && { fix }) }];
  }
};

/** (S3 User Guide, "Performing object operations in bulk with Batch Operations", quotas.) */
const MOST_REPLICATING = 6;

function tooMany(replicating: number, where: string): CheckResult {
  const seen = `${replicating} jobs of Batch Replication are under way in ${where}, and S3 takes ${MOST_REPLICATING} of an account at a time.`;
  const todo = 'Wait for one of them to end, or cancel one.';
  return { check: CHECK, verdict: 'fail', seen, fix: { todo } };
}
