/** The stage on which bucket policies lack what a run needs, and the roles of both sides may write them. */
import { join } from 'node:path';
import { GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { Lab } from '../../lab/lab.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import type { TwoAccounts } from '../../lab/worlds.ts';
import { credentialsOf } from '../lab/clients.ts';
import { allow, policy, type Run, type Stage } from './stage.ts';

export const TEMPORARY = { grant: 'temporary' };

/** What a grant takes of the side whose bucket it is about. */
export const GRANTING = ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'];

/** Lets the roles of both sides write the policies of their buckets. */
export function letGrant(lab: Lab, { source, destination }: TwoAccounts, actions = GRANTING): void {
  for (const { role, bucket } of [source, destination])
    lab.iam.accounts.putPolicy(role, 'grant', policy(allow(actions, `arn:aws:s3:::${bucket}`)));
}

/** The statements that a policy has beside each other, as they parse. */
export interface Said {
  readonly Sid?: string;
  readonly Principal?: { readonly AWS?: string };
  readonly Condition?: { readonly DateLessThan?: { readonly 'aws:CurrentTime'?: string } };
}

/** Somebody of the bucket's account who goes about its policy besides. */
export function policyOf(lab: Lab, { region, bucket: Bucket, admin }: Stage['source']) {
  const client = new S3Client({
    endpoint: lab.endpoint,
    region,
    credentials: credentialsOf(admin),
    forcePathStyle: true,
  });
  const read = async () => {
    try {
      return (await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
    } catch (error) {
      if ((error as Error).name === 'NoSuchBucketPolicy') return undefined;
      throw error;
    }
  };
  return {
    /** To the letter. */
    read,
    write: async (Policy: string) => void (await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))),
    /** Those of runs. */
    temporary: async () => saidBy(await read()).filter(({ Sid }) => Sid?.startsWith('S3SyncTemporary')),
    close: () => client.destroy(),
  };
}

export function saidBy(text: string | undefined): readonly Said[] {
  return text === undefined ? [] : [JSON.parse(text).Statement].flat();
}

/** Of the bucket, as the lab holds it. */
export function temporaryIn(bucket: Bucket): readonly Said[] {
  return saidBy(bucket.policy && JSON.stringify(bucket.policy)).filter(({ Sid }) =>
    Sid?.startsWith('S3SyncTemporary'),
  );
}

/** Requests that change a policy. */
export function policyWrites(s: Stage): string[] {
  return s
    .requests()
    .filter(({ operation }) => /^(Put|Delete)BucketPolicy$/.test(operation))
    .map(({ operation, bucket }) => `${operation} ${bucket === s.from.name ? 'source' : 'destination'}`);
}

/** What the report tells of grants. */
export function told({ report }: Run): { readonly bucket: string; readonly removed: boolean }[] {
  return (report.grants ?? []).map(({ bucket, removed }) => ({ bucket, removed }));
}

/** What makes a process live at the lab's time. */
export function clockAhead(lab: Lab): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'clock-ahead.ts')}`,
    CLOCK_AHEAD_MS: String(lab.clock.now().getTime() - Date.now()),
  };
}
