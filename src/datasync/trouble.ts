/**
 * What DataSync's errors mean and what to do about them. The texts are those of the DataSync User Guide
 * ("Troubleshooting issues with storage locations", "Troubleshooting issues with transfers").
 */
import { accountOf } from '../aws/arn.ts';
import { grantKey, grantOn, grantOwn, grantTrust, keyIn } from '../aws/grant.ts';
import { decryptStatement, encryptStatement, passRoleStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { Fix } from '../model/checks.ts';
import type { Ground } from './ground.ts';
import {
  callerStatement,
  roleStatement,
  SERVICE,
  serviceLinkedRoleStatement,
  sourceArnOf,
  type Use,
} from './policies.ts';

/**
 * What was thrown while DataSync was asked, in words for the user.
 *
 * @param doing what failed, as the beginning of a sentence
 */
export function explain(doing: string, error: unknown, ground: Ground): Error {
  if (error instanceof StoppedError || error instanceof FatalError) return error;
  const { kind, message } = troubleOf(error);
  const code = codesOf(error);
  const words = `${code}: ${message}`;
  const fix = kind === 'throttle' ? THROTTLED : fixFor(words, ground, kind === 'denied');
  return new FatalError(`${doing} failed (${words}).`, fix, error);
}

/** DataSync wraps most refusals into one exception; what it is about stands in further members (InvalidRequestException). */
function codesOf(error: unknown): string {
  const { errorCode, datasyncErrorCode } = error as { errorCode?: string; datasyncErrorCode?: string };
  return [troubleOf(error).code, errorCode, datasyncErrorCode].filter(one => one !== undefined).join('/');
}

const THROTTLED: Fix = {
  todo: 'DataSync limits how often an account may ask it, in each Region. Run again later, and look for what else calls it: other jobs, consoles left open, monitoring.',
};

/** @param words code and message, as DataSync has them in answers, results of executions and reports */
export function fixFor(words: string, ground: Ground, denied = false): Fix | undefined {
  const { role, caller } = ground;
  if (/iam:PassRole/.test(words)) return grantOwn(caller, passRoleStatement(role, SERVICE));
  if (/CreateServiceLinkedRole/.test(words)) return grantOwn(caller, serviceLinkedRoleStatement(role));
  if (/sts:AssumeRole|UnableToAssumeRole|assume role/i.test(words)) {
    const { todo, ...rest } = grantTrust({ role, service: SERVICE, sourceArn: sourceArnOf(role) });
    return { todo: `Check the ARN in \`datasync-role\`. ${todo}`, ...rest };
  }
  if (/kms:/.test(words)) {
    const key = keyIn(words);
    const grantee = { principal: role, account: accountOf(role) };
    const statement = /kms:Decrypt\b/.test(words) ? decryptStatement : encryptStatement;
    if (key !== undefined) return grantKey(grantee, key, statement, words);
    const todo = `Allow ${role} to use kms:Decrypt and kms:GenerateDataKey on the key of the bucket, in the policy of the key and, with the full ARN of the key, in its own policy.`;
    return { todo };
  }
  const known = KNOWN.find(([text]) => text.test(words));
  if (known !== undefined) return { todo: known[1] };
  const use = bucketIn(words, ground);
  if (use !== undefined) return grantRole(use, words, ground);
  return denied ? grantOwn(caller, callerStatement()) : undefined;
}

/**
 * The same of a single object that was denied. Reading is within the account of the role, where S3 says what is missing; of
 * writing into another account it says nothing.
 */
export function fixForObject(words: string, ground: Ground): Fix {
  return fixFor(words, ground) ?? grantRole('destination', words, ground);
}

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /FsS3UnableToConnectToEndpoint|Unable to connect to S3 endpoint/,
    'DataSync does not reach a bucket. Use `datasync-mode: enhanced`, have both Regions enabled in the account of the role, and see that no policy asks for a VPC endpoint.',
  ],
  [
    /NoMem|Cannot allocate memory/i,
    'Use `datasync-mode: enhanced`, or split the run by `include`: Basic mode takes 25 million items.',
  ],
  [/EniNotFound/, 'A network interface of DataSync was deleted while it worked. Run again.'],
];

/** Which bucket the role was denied on; `undefined` when it is not about the role. */
function bucketIn(words: string, { source, destination, work }: Ground): Use | undefined {
  if (/bucket access test failed|Task Report|manifest/i.test(words)) return 'work';
  const isDenial = /access test failed|FsS3HeadBucketFailed|LocHitAccess|LocationNotAdded|s3:\w+/i.test(
    words,
  );
  if (!isDenial) return undefined;
  const names = new Set(words.split(/[^a-z0-9.-]+/).map(word => word.replace(/\.$/, '')));
  if (names.has(destination.bucket)) return 'destination';
  if (/SrcLocHitAccess/.test(words) || names.has(source.bucket)) return 'source';
  return names.has(work.bucket) ? 'work' : 'destination';
}

/** What to add for the role on one of the buckets. */
function grantRole(use: Use, words: string, ground: Ground): Fix {
  const { role, caller } = ground;
  const grantee = { principal: role, account: accountOf(role) };
  const fix = grantOn(grantee, ground[use], roleStatement(use, ground), words);
  // Older versions of DataSync also looked as the one who called. (Tutorial of 2023.)
  const more =
    use === 'destination' && caller.principal !== undefined
      ? ` If it still fails, let ${caller.principal} list the bucket, too.`
      : '';
  return { ...fix, todo: fix.todo + more };
}
