/** Who makes the jobs may see those that there are. */
import { FatalError, messageOf } from '../../errors.ts';
import type { CheckResult } from '../../model.ts';
import { explain } from '../../s3control/trouble.ts';
import type { Check } from '../scene.ts';

const CHECK = 'batch-jobs';

export const checkJobs: Check = async ({ settings, jobs: scene }): Promise<CheckResult[]> => {
  if (scene === undefined || settings.mode === 'verify') return [];
  const { jobs, ground } = scene;
  const where = `${ground.region} of account ${ground.account}`;
  try {
    const { length } = await jobs.underWay(() => true);
    const seen = `Jobs of S3 Batch Operations can be listed in ${where}; ${length} are under way.`;
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
