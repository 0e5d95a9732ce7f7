/**
 * What the buckets say of themselves. Every reading is optional: an identity that may not read a setting makes the
 * setting unknown, not the run impossible.
 */
import {
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketRequestPaymentCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { type Reading, read } from '../aws/reading.ts';
import type { Bucket } from '../s3/bucket.ts';

type OwnershipMode = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

/** What a bucket gives to objects that ask for nothing. */
export interface DefaultEncryption {
  readonly algorithm: string;
  /** As the bucket names it: ARN, bare id or alias; `undefined` for the AWS managed key. */
  readonly key: string | undefined;
  /** A key of the bucket stands between S3 and KMS, so that not every object is a request to KMS. */
  readonly bucketKey: boolean;
}

export interface BucketFacts {
  readonly versioning: Reading<'Enabled' | 'Suspended' | 'Off'>;
  readonly ownership: Reading<OwnershipMode>;
  readonly encryption: Reading<DefaultEncryption>;
  readonly objectLock: Reading<{ readonly enabled: boolean; readonly retention: string | undefined }>;
  readonly payer: Reading<'BucketOwner' | 'Requester'>;
  /** Canonical user id, by which ACLs know the owner. */
  readonly ownerId: Reading<string>;
}

export interface Facts {
  readonly source: BucketFacts;
  readonly destination: BucketFacts;
}

export async function readFacts(bucket: Bucket): Promise<BucketFacts> {
  const [versioning, ownership, encryption, objectLock, payer, ownerId] = await Promise.all([
    read(async () => (await bucket.send(new GetBucketVersioningCommand(bucket.common))).Status ?? 'Off', {}),
    read<OwnershipMode>(
      async () => {
        const { OwnershipControls } = await bucket.send(new GetBucketOwnershipControlsCommand(bucket.common));
        return OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? 'ObjectWriter';
      },
      // Buckets from before there were ownership controls.
      { OwnershipControlsNotFoundError: 'ObjectWriter' },
    ),
    read<DefaultEncryption>(
      async () => {
        const { ServerSideEncryptionConfiguration } = await bucket.send(
          new GetBucketEncryptionCommand(bucket.common),
        );
        const { ApplyServerSideEncryptionByDefault: rule, BucketKeyEnabled } =
          ServerSideEncryptionConfiguration?.Rules?.[0] ?? {};
        return {
          algorithm: rule?.SSEAlgorithm ?? 'AES256',
          key: rule?.KMSMasterKeyID,
          bucketKey: BucketKeyEnabled ?? false,
        };
      },
      {
        ServerSideEncryptionConfigurationNotFoundError: {
          algorithm: 'AES256',
          key: undefined,
          bucketKey: false,
        },
      },
    ),
    readObjectLock(bucket),
    read(
      async () =>
        (await bucket.send(new GetBucketRequestPaymentCommand(bucket.common))).Payer ?? 'BucketOwner',
      {},
    ),
    read(async () => {
      const { Owner } = await bucket.send(new GetBucketAclCommand(bucket.common));
      if (Owner?.ID === undefined) throw new Error('The ACL of the bucket names no owner.');
      return Owner.ID;
    }, {}),
  ]);
  return { versioning, ownership, encryption, objectLock, payer, ownerId };
}

export function readObjectLock(bucket: Bucket): Promise<BucketFacts['objectLock']> {
  return read(
    async () => {
      const answer = await bucket.send(new GetObjectLockConfigurationCommand(bucket.common));
      const { ObjectLockEnabled, Rule } = answer.ObjectLockConfiguration ?? {};
      const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
      const retention = Mode && `${Mode} for ${Days ? `${Days} days` : `${Years} years`}`;
      return { enabled: ObjectLockEnabled === 'Enabled', retention };
    },
    { ObjectLockConfigurationNotFoundError: { enabled: false, retention: undefined } },
  );
}
