/** What S3's refusals of a replication configuration or of versioning mean, and what to do about them. (S3 API, PutBucketReplication.) */
import { grantOn, grantOwn } from '../../aws/grant.ts';
import { passRoleStatement, type Statement } from '../../aws/policies.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { FatalError, StoppedError } from '../../errors.ts';
import type { Fix } from '../../model/checks.ts';
import type { Bucket } from '../bucket.ts';
import { enabling } from '../versioning.ts';
import type { Ground } from './ground.ts';
import { callerStatement, enablingStatement, SERVICE } from './policies.ts';

/**
 * What was thrown while the rule was put in place or taken away, in words for the user.
 *
 * @param doing what failed, as the beginning of a sentence
 */
export function explainRule(doing: string, error: unknown, ground: Ground): Error {
  return explained(doing, error, words => fixForRule(words, error, ground));
}

/** The same of versioning. */
export function explainVersioning(error: unknown, bucket: Bucket): Error {
  const doing = `Enabling versioning of ${bucket.location.bucket}`;
  return explained(doing, error, words => {
    if (troubleOf(error).kind === 'denied') return granted(bucket, enablingStatement(bucket), words);
    return { todo: `Enable it by hand: ${enabling(bucket)}` };
  });
}

function explained(doing: string, error: unknown, fixFor: (words: string) => Fix | undefined): Error {
  if (error instanceof StoppedError || error instanceof FatalError) return error;
  const { code, message } = troubleOf(error);
  return new FatalError(`${doing} failed (${code}: ${message}).`, fixFor(`${code}: ${message}`), error);
}

function fixForRule(words: string, error: unknown, ground: Ground): Fix | undefined {
  const { source, destination, role } = ground;
  if (/iam:PassRole/.test(words)) return grantOwn(source.identity, passRoleStatement(role, SERVICE));
  if (troubleOf(error).kind === 'denied') return granted(source, callerStatement(ground), words);
  const known = KNOWN.find(([text]) => text.test(words));
  return known && { todo: known[1](source, destination) };
}

const DESTINATION_UNVERSIONED = /[Dd]estination bucket must have versioning/;
const SOURCE_UNVERSIONED = /[Vv]ersioning must be/;

/** S3 refused the rule because one of the buckets keeps no versions, as far as it knows. */
export function isAboutVersioning(error: unknown): boolean {
  const { message } = troubleOf(error);
  return DESTINATION_UNVERSIONED.test(message) || SOURCE_UNVERSIONED.test(message);
}

const KNOWN: readonly (readonly [RegExp, (source: Bucket, destination: Bucket) => string])[] = [
  [
    DESTINATION_UNVERSIONED,
    (_, destination) => `Enable versioning on the destination: ${enabling(destination)}.`,
  ],
  [SOURCE_UNVERSIONED, source => `Enable versioning on the source: ${enabling(source)}.`],
  [/[Dd]estination bucket must exist/, () => 'Correct `destination`, or create the bucket.'],
  [/Invalid Role/i, () => 'Correct the ARN in `replication-role`.'],
];

function granted(bucket: Bucket, statement: Statement, words: string): Fix {
  return grantOn(bucket.identity, { bucket: bucket.location.bucket, owner: bucket.owner }, statement, words);
}
