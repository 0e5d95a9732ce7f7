/** What `mode: health`, which makes no job, should know of those of a sync: they make much pending that is long written. */
import { troubleOf } from '../../aws/trouble.ts';
import { StoppedError } from '../../errors.ts';
import { isOf } from '../../s3control/description.ts';
import { Jobs } from '../../s3control/jobs.ts';
import { S3ControlService } from '../../s3control/service.ts';
import { fingerprintOf } from '../../settings/fingerprint.ts';
import type { Check } from '../scene.ts';

const CHECK = 'batch-jobs';

/** Only where `work-location` says that the same inputs make jobs. */
export const checkJobsMeanwhile: Check = async ({ settings, source, network }) => {
  const { identity, region, owner } = source;
  const account = identity.account ?? owner;
  if (settings.mode !== 'health' || settings.workLocation === undefined || account === undefined) return [];
  const { requestHandler, aborting, requests, environment } = network;
  const calling = { identity, requestHandler, aborting, count: (name: string) => requests.add(name) };
  const jobs = new Jobs(new S3ControlService(calling, environment), { region, account });
  try {
    const [job] = await jobs.underWay(description => isOf(description, fingerprintOf(settings)));
    if (job === undefined) return [{ check: CHECK, verdict: 'pass', seen: 'No job of a sync is under way.' }];
    const seen = `The job ${job.id} of a sync is under way: what it replicates is pending until it is done, however long ago that was written.`;
    const todo = 'Look at the health again when the job is over.';
    return [{ check: CHECK, verdict: 'warn', seen, fix: { todo } }];
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { code, message } = troubleOf(error);
    return [
      {
        check: CHECK,
        verdict: 'unknown',
        seen: `Whether a job of a sync is under way: ${code}: ${message}. That takes s3:ListJobs.`,
      },
    ];
  }
};
