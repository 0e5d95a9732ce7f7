/** What jobs that copy ask for. */
import { isStranger } from '../../aws/grant.ts';
import { copyActions } from '../../s3control/policies.ts';
import type { Known } from '../known.ts';
import { type Laid, layJobs } from './ground.ts';

export function layBatch(known: Known): Promise<Laid> {
  const { settings, identity, owners } = known;
  // Whoever writes into the bucket of another account hands the copies over by an ACL, where there are any.
  const sendsAcl = settings.acl !== undefined || isStranger(identity, { owner: owners.destination });
  return layJobs(known, {
    side: 'destination',
    role: settings.batch.roleArn,
    roleInput: 'batch-role',
    elsewhere: { verdict: 'warn', seen: 'AWS does not say that this works.' },
    actions: copyActions(settings.preserve.has('tags'), sendsAcl),
  });
}
