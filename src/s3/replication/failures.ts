/**
 * What the codes mean by which S3 says why an object was not replicated, and what to do about each. (S3 User Guide,
 * "Amazon S3 replication failure reasons".)
 */
import { accountOf } from '../../aws/arn.ts';
import { grantKey, grantOn, grantOwn, grantTrust } from '../../aws/grant.ts';
import type { Fix } from '../../model/checks.ts';
import { enabling } from '../versioning.ts';
import { type Ground, isAcross } from './ground.ts';
import {
  decryptingStatement,
  destinationStatement,
  encryptingStatement,
  SERVICE,
  sourceStatement,
} from './policies.ts';

/** What went wrong, in one sentence, and what to do about it. */
export interface Explanation {
  readonly cause: string;
  readonly fix: Fix;
}

/** @returns `undefined` for a code that nobody knows */
export function explainFailure(code: string, ground: Ground): Explanation | undefined {
  return EXPLANATIONS.find(([codes]) => codes.test(code))?.[1](ground);
}

type Explain = (ground: Ground) => Explanation;

/** The first one that fits counts. */
const EXPLANATIONS: readonly (readonly [codes: RegExp, explain: Explain])[] = [
  [
    /^AssumeRoleNotPermitted$/,
    ({ role }) => {
      const { todo, ...rest } = grantTrust({ role, service: SERVICE });
      const fix = { todo: `Check that the role is there. ${todo}`, ...rest };
      return { cause: `S3 may not assume ${role}.`, fix };
    },
  ],
  [
    /^DstBucketNotFound$/,
    ({ destination }) => ({
      cause: `S3 finds no bucket ${destination.location.bucket}.`,
      fix: {
        todo: 'Correct `destination`, or create the bucket again; then run `mode: sync`, which replicates what failed.',
      },
    }),
  ],
  [
    /^DstBucketUnversioned$/,
    ({ destination }) => ({
      cause: `${destination.location.bucket} keeps no versions, or has versioning suspended.`,
      fix: {
        todo: `Enable versioning on the destination: ${enabling(destination)}, or run with \`enable-versioning: true\`.`,
      },
    }),
  ],
  [
    /^DstBucketObjectLockConfigMissing$/,
    ({ destination }) => ({
      cause: `The source has Object Lock, and ${destination.location.bucket} has not.`,
      fix: {
        todo: `Turn on Object Lock of the destination bucket: aws s3api put-object-lock-configuration --bucket ${destination.location.bucket} --object-lock-configuration ObjectLockEnabled=Enabled`,
      },
    }),
  ],
  [
    /^(Dst|Src)BucketInvalidRegion$/,
    ({ source, destination }) => ({
      cause: `One of the Regions ${source.region} and ${destination.region} is not enabled for replication.`,
      fix: {
        todo: `Enable both Regions in the account of the source, and ${destination.region} in that of the destination.`,
      },
    }),
  ],
  [
    /^DstKmsKey/,
    ground => ({
      cause: `The key of the replicas, ${ground.wanted.kmsKey ?? 'that of the rule'}, is missing, disabled or not for ${ground.role}.`,
      fix: onKey(
        ground,
        `See that \`kms-key\` is the ARN of an enabled, customer managed key in ${ground.destination.region}.`,
        'encrypting',
      ),
    }),
  ],
  [
    /^SrcKmsKey/,
    ground => ({
      cause: `The key of the source's objects is missing, disabled or not for ${ground.role}.`,
      fix: onKey(ground, 'See that the key is enabled.', 'decrypting'),
    }),
  ],
  [
    /^DstObjectHardDeleted$/,
    () => ({
      cause: 'The replica of this version was deleted by its id, and S3 does not make it a second time.',
      fix: {
        todo: 'Copy these objects with `engine: copy`, or write them anew at the source.',
      },
    }),
  ],
  [
    /^(Dst.*NotPermitted|DstMultipart)/,
    ground => ({
      cause: `${ground.role} may not write replicas to ${ground.destination.location.bucket}.`,
      fix: onDestination(ground),
    }),
  ],
  [
    /^SrcBucketReplicationConfigMissing$/,
    ({ source }) => ({
      cause: `The rule is no longer in the replication configuration of ${source.location.bucket}.`,
      fix: { todo: 'Run `mode: sync`, which puts it there again, and find out who took it away.' },
    }),
  ],
  [
    /^(Src.*NotPermitted)$/,
    ground => ({
      cause: `${ground.role} may not read all that belongs to an object of ${ground.source.location.bucket}.`,
      fix: onSource(ground),
    }),
  ],
  [
    /^Src(Version|Object|Key)NotFound$/,
    () => ({
      cause: 'The version was deleted before it was replicated.',
      fix: { todo: 'Run again: what the source no longer has is no longer planned.' },
    }),
  ],
  [
    /^SrcObjectNotEligible$/,
    ({ source, wanted }) => ({
      cause: `No enabled rule of ${source.location.bucket} takes these objects.`,
      fix: {
        todo:
          wanted.kmsKey === undefined
            ? 'Objects encrypted with KMS take `encryption: aws:kms` and `kms-key`, the key of the replicas. Objects that another account owns take a source bucket that owns all its objects (BucketOwnerEnforced).'
            : 'Objects that another account owns take a source bucket that owns all its objects (BucketOwnerEnforced). Archived objects are replicated by no rule: `engine: copy` takes them once they are restored.',
      },
    }),
  ],
];

function onSource(ground: Ground): Fix {
  return grantOwn(ofRole(ground), sourceStatement(ground));
}

function onDestination(ground: Ground): Fix {
  const { destination } = ground;
  const owned = { bucket: destination.location.bucket, owner: destination.owner };
  return isAcross(ground)
    ? grantOn(ofRole(ground), owned, destinationStatement(ground), '')
    : grantOwn(ofRole(ground), destinationStatement(ground));
}

function ofRole({ role }: Ground) {
  return { principal: role, account: accountOf(role) };
}

function onKey(ground: Ground, first: string, use: 'encrypting' | 'decrypting'): Fix {
  const { wanted, sourceKey } = ground;
  const [key, statement] =
    use === 'encrypting'
      ? [wanted.kmsKey, encryptingStatement(ground)]
      : [sourceKey, decryptingStatement(ground)];
  const { todo, ...rest } =
    key === undefined
      ? grantOwn(ofRole(ground), statement)
      : grantKey(ofRole(ground), key, (Resource = '*') => ({ ...statement, Resource }), '');
  return { todo: `${first} ${todo} The policy of the key must allow it, too.`, ...rest };
}
