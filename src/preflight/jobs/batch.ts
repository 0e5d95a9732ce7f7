/** What jobs that copy ask for. */
import { isStranger } from '../../aws/grant.ts';
import type { Known } from '../known.ts';
import { type Laid, layJobs } from './ground.ts';

export function layBatch(known: Known): Promise<Laid> {
  const { settings } = known;
  return layJobs(known, {
    side: 'destination',
    role: settings.batch.roleArn,
    roleInput: 'batch-role',
    elsewhere: { verdict: 'warn', seen: 'AWS does not say that this works.' },
    actions: { source: readsOf(known), destination: writesOf(known) },
  });
}

/** (S3 User Guide, "Copy objects across AWS accounts by using Batch Operations"; S3 API, CopyObject.) */
function readsOf({ settings }: Known): string[] {
  return ['s3:GetObject', ...(settings.preserve.has('tags') ? ['s3:GetObjectTagging'] : [])];
}

function writesOf({ settings, identity, owners }: Known): string[] {
  // Whoever writes into the bucket of another account hands the copies over by an ACL, where there are any.
  const sendsAcl = settings.acl !== undefined || isStranger(identity, { owner: owners.destination });
  return [
    's3:PutObject',
    ...(settings.preserve.has('tags') ? ['s3:PutObjectTagging'] : []),
    ...(sendsAcl ? ['s3:PutObjectAcl'] : []),
  ];
}
