/** What arrived, held against what was sent. Source: DataSync API model, Options.VerifyMode. */
import type { StoredObject } from '../s3/index.ts';
import { count } from './counts.ts';
import { type Reason, reasonOf } from './errors.ts';
import { type Item, isSame, type Plan } from './prepare.ts';
import type { Run } from './run.ts';
import type { Carried } from './transfer.ts';

/** POINT_IN_TIME_CONSISTENT looks at everything in view as it is now, the other mode at what was transferred. */
export async function verify(run: Run, plan: Plan, carried: Carried): Promise<void> {
  const everything = run.execution.settings.options.VerifyMode === 'POINT_IN_TIME_CONSISTENT';
  for (const item of everything ? plan.items : carried.keys()) {
    await run.step();
    if (item.virtual) count(run.execution.counts, item, 'verified');
    else await verifyOne(run, item, carried.get(item));
  }
}

async function verifyOne(run: Run, item: Item, sent: StoredObject | undefined): Promise<void> {
  const { execution, world, findings } = run;
  const { settings, task, counts } = execution;
  const seen: { source?: StoredObject; destination?: StoredObject | undefined } = {};
  let reason: Reason | undefined;
  try {
    const tagged = settings.options.ObjectTags === 'PRESERVE';
    seen.source = sent ?? (await run.source.head(task.source.prefix + item.path, tagged, item.versionId));
    seen.destination = await run.destination.head(task.destination.prefix + item.path, tagged);
    if (!isSame(seen.source, seen.destination, tagged)) reason = MISMATCH;
  } catch (error) {
    reason = reasonOf(error);
  }
  count(counts, item, reason ? 'failedToVerify' : 'verified');
  findings.verified.push({ ...item, at: world.now(), ...seen, ...(reason && { reason }) });
}

/** The code is not documented. */
const MISMATCH: Reason = {
  code: 'VerificationFailed',
  message: 'Source and destination checksums or metadata do not match',
};
