/** What the settings of both buckets mean for replicas. (S3 User Guide, "Requirements and considerations for replication".) */
import { regionOf } from '../../aws/arn.ts';
import type { CheckResult, Verdict } from '../../model/checks.ts';
import { isAcross } from '../../s3/replication/ground.ts';
import type { Check } from '../scene.ts';

function answer(check: string, verdict: Verdict, seen: string, todo?: string): CheckResult {
  return { check, verdict, seen, ...(todo !== undefined && { fix: { todo } }) };
}

/** Who owns the replicas. (S3 User Guide, "Changing the replica owner".) */
export const checkReplicaOwner: Check = ({ replication, facts }) => {
  if (replication === undefined) return [];
  const check = 'destination-ownership';
  const { ownership } = facts.destination;
  if (ownership.known && ownership.value === 'BucketOwnerEnforced')
    return [answer(check, 'pass', 'ACLs are disabled: the bucket owner owns every replica.')];
  if (!isAcross(replication))
    return [answer(check, 'pass', 'Both buckets are of one account, which owns the replicas.')];
  const { account } = replication.wanted;
  if (!ownership.known)
    return [
      answer(
        check,
        'unknown',
        `Whether ACLs are enabled at the destination: ${ownership.why}. A rule that is put there hands the replicas over to account ${account}; one that stands is left as it is.`,
      ),
    ];
  return [
    answer(
      check,
      'pass',
      `The rule hands the replicas over to account ${account}: ACLs are enabled (${ownership.value}).`,
    ),
  ];
};

/** Bucket owners of the source's objects decide what replication may read. */
export const checkSourceOwnership: Check = ({ facts, source }) => {
  const check = 'source-ownership';
  const { ownership } = facts.source;
  if (!ownership.known)
    return [answer(check, 'unknown', `Object ownership of the source: ${ownership.why}.`)];
  if (ownership.value === 'BucketOwnerEnforced')
    return [
      answer(check, 'pass', 'The owner of the source owns every object, so that all can be replicated.'),
    ];
  return [
    answer(
      check,
      'warn',
      `ACLs are enabled at the source (${ownership.value}): objects that another account has written are not replicated unless their ACL lets the bucket owner read them.`,
      `Disable ACLs of the source bucket: aws s3api put-bucket-ownership-controls --bucket ${source.location.bucket} --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'`,
    ),
  ];
};

/** Objects under KMS are left behind unless the rule says under which key. */
export const checkSourceEncryption: Check = ({ replication, facts, settings }) => {
  if (replication === undefined) return [];
  const check = 'source-encryption';
  const { encryption } = facts.source;
  const { kmsKey } = settings;
  if (!encryption.known)
    return [answer(check, 'unknown', `Default encryption of the source: ${encryption.why}.`)];
  const { algorithm } = encryption.value;
  if (!algorithm.startsWith('aws:kms') || kmsKey !== undefined)
    return [
      answer(
        check,
        'pass',
        `The source encrypts with ${algorithm}; replicas are encrypted as their sources are.`,
      ),
    ];
  return [
    answer(
      check,
      'fail',
      `The source encrypts with ${algorithm} by default, and without a key for the replicas such objects are not replicated.`,
      'Set `encryption: aws:kms` and `kms-key` to the ARN of a customer managed key in the Region of the destination.',
    ),
  ];
};

/** S3 takes any key for the rule, and fails afterwards. (S3 User Guide, "Replicating encrypted objects".) */
export const checkReplicaKey: Check = ({ settings: { kmsKey }, destination }) => {
  if (kmsKey === undefined) return [];
  const check = 'replication-kms-key';
  const region = regionOf(kmsKey);
  if (region === destination.region)
    return [answer(check, 'pass', `The key of the replicas is in ${region}, as the destination is.`)];
  return [
    answer(
      check,
      'fail',
      `The key ${kmsKey} is in ${region}, the destination in ${destination.region}; S3 takes keys of the bucket's own Region only.`,
      `Give the ARN of a key in ${destination.region}; of a multi-Region key, that of its replica there.`,
    ),
  ];
};

export const checkLockOfBoth: Check = ({ facts, destination }) => {
  const check = 'destination-object-lock';
  const { source, destination: at } = facts;
  if (!source.objectLock.known || !at.objectLock.known) {
    const [side, why] = source.objectLock.known
      ? ['destination', at.objectLock.known ? '' : at.objectLock.why]
      : ['source', source.objectLock.why];
    return [answer(check, 'unknown', `Object Lock of the ${side}: ${why}.`)];
  }
  if (!source.objectLock.value.enabled) return [answer(check, 'pass', 'The source has no Object Lock.')];
  if (at.objectLock.value.enabled)
    return [
      answer(check, 'pass', 'Both buckets have Object Lock: replicas are locked as their sources are.'),
    ];
  return [
    answer(
      check,
      'fail',
      'The source has Object Lock and the destination has not, so that S3 replicates nothing.',
      `Turn on Object Lock of the destination bucket: aws s3api put-object-lock-configuration --bucket ${destination.location.bucket} --object-lock-configuration ObjectLockEnabled=Enabled`,
    ),
  ];
};

export const checkDestinationPayment: Check = ({ facts, destination, replication }) => {
  const check = 'destination-request-payment';
  const { payer } = facts.destination;
  if (!payer.known)
    return [answer(check, 'unknown', `Who pays for requests on the destination: ${payer.why}.`)];
  if (payer.value === 'BucketOwner' || replication === undefined || !isAcross(replication))
    return [answer(check, 'pass', 'The bucket owner pays for requests on the destination.')];
  return [
    answer(
      check,
      'fail',
      'The destination is Requester Pays, into which S3 replicates nothing from another account.',
      `Have the owner pay: aws s3api put-bucket-request-payment --bucket ${destination.location.bucket} --request-payment-configuration Payer=BucketOwner`,
    ),
  ];
};
