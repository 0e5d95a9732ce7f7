/**
 * What errors of S3 Batch Operations mean and what to do about them: those of its requests, and those that jobs end with.
 * The texts are those of the S3 User Guide ("Troubleshooting Batch Operations").
 */
import { accountOf } from '../aws/arn.ts';
import {
  explicitDenial,
  grantInBucketPolicy,
  grantOn,
  grantOwn,
  grantTrust,
  isStranger,
  keyIn,
} from '../aws/grant.ts';
import { passRoleStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { Fix } from '../model/checks.ts';
import type { Ground, Use } from './ground.ts';
import {
  callerStatements,
  decryptingStatement,
  encryptingStatement,
  roleStatement,
  SERVICE,
} from './policies.ts';

/**
 * What was thrown while S3 was asked about jobs, in words for the user.
 *
 * @param doing what failed, as the beginning of a sentence
 */
export function explain(doing: string, error: unknown, ground: Ground): Error {
  if (error instanceof StoppedError || error instanceof FatalError) return error;
  const { kind, code, message } = troubleOf(error);
  const words = `${code}: ${message}`;
  const fix = kind === 'throttle' ? THROTTLED : fixFor(words, ground, kind === 'denied');
  return new FatalError(`${doing} failed (${words}).`, fix, error);
}

const THROTTLED: Fix = {
  todo: 'S3 limits how often an account may ask for jobs, in each Region. Run again later, and look for what else asks: other workflows, consoles left open, monitoring.',
};

/**
 * @param words code and message, as S3 has them in answers and as the reasons for which jobs fail
 * @param callerDenied it was the caller who was denied something, not the role
 */
export function fixFor(words: string, ground: Ground, callerDenied = false): Fix | undefined {
  const { role, roleInput, caller, account } = ground;
  const denied = explicitDenial(words);
  if (denied !== undefined) return denied;
  if (/iam:PassRole/.test(words)) return grantOwn(caller, passRoleStatement(role, SERVICE));
  if (/[Cc]ross-account pass role/.test(words))
    return { todo: `Give in \`${roleInput}\` a role of account ${account}, where the jobs are made.` };
  // With a space: `assumed-role` stands in the ARN of any caller.
  if (/cannot assume|sts:AssumeRole|assum\w* (the )?role/i.test(words)) {
    const { todo, ...rest } = grantTrust({ role, service: SERVICE });
    return { todo: `Check the ARN in \`${roleInput}\`. ${todo}`, ...rest };
  }
  if (callerDenied) return grantOwn(caller, ...callerStatements(ground));
  if (/kms:|KMS\./.test(words)) return grantKeys(words, ground);
  if (IS_DENIAL.test(words)) {
    const use = useIn(words, ground);
    return use === undefined ? grantBoth(ground) : grantRole(use, words, ground);
  }
  const known = KNOWN.find(([text]) => text.test(words));
  return known === undefined ? undefined : { todo: known[1] };
}

const IS_DENIAL = /AccessDenied|Access Denied|is not authorized/i;

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /more keys than the maximum/,
    'Split the run by `include` or by prefixes: one job takes a bounded number of objects.',
  ],
  [
    /manifest/i,
    'The manifest in `work-location` is not what this run has written, or is no longer encrypted with SSE-S3. See that nothing rewrites, re-encrypts, replaces or expires objects there, and run again.',
  ],
  [
    /report/i,
    'S3 Batch Operations could not write its report. See that the bucket of `work-location` is still there, and belongs to the account that makes the jobs.',
  ],
  [
    /threshold|More than 50%/i,
    'S3 ends a job once more than half of at least 1,000 objects have failed. Correct what the failures above have in common, and run again.',
  ],
  [/IdempotencyException/, 'Run again: a new run makes a job of its own.'],
  [/NoSuchJob/, 'S3 knows no such job any more; jobs are forgotten 90 days after their end. Run again.'],
  [/NoSuchBucket/, 'Correct `source`, `destination` or `work-location`, and run again.'],
];

/** Where the role was denied something; `undefined` when the words do not tell. */
function useIn(words: string, ground: Ground): Use | undefined {
  const { destination, work } = ground;
  const [place] = USES.filter(use => isAbout(words, ground[use])).sort(
    (a, b) => ground[b].prefix.length - ground[a].prefix.length,
  );
  if (place !== undefined) return place;
  if (/manifest|completion report/i.test(words) || isNamed(words, work, ground)) return 'work';
  if (/s3:(Get|List|Initiate)/.test(words) || destination.actions.length === 0) return 'source';
  return /s3:(Put|Abort)/.test(words) ? 'destination' : undefined;
}

const USES: readonly Use[] = ['source', 'destination', 'work'];

/** Whether the ARN of an object there stands in the words. Places can be in one bucket: the longest prefix is the place. */
function isAbout(words: string, { bucket, prefix }: Ground[Use]): boolean {
  return words.includes(`:::${bucket}/${prefix}`);
}

/** Whether the bucket of a place, which is that of no other, is named; a name can be part of another. */
function isNamed(words: string, { bucket }: Ground[Use], ground: Ground): boolean {
  const isShared = USES.filter(use => ground[use].bucket === bucket).length > 1;
  return !isShared && (words.match(/[a-z0-9][a-z0-9.-]*[a-z0-9]/g)?.includes(bucket) ?? false);
}

/** S3 tells of a denied copy seldom more than that it was denied. */
function grantBoth(ground: Ground): Fix {
  const { role } = ground;
  const account = accountOf(role);
  const own = grantOwn(
    { principal: role, account },
    roleStatement('source', ground),
    roleStatement('destination', ground),
  );
  const granting = (['source', 'destination'] as const).filter(side => isStranger({ account }, ground[side]));
  const inBuckets = granting.map(side =>
    grantInBucketPolicy(role, ground[side], roleStatement(side, ground)),
  );
  const policies = granting.map(
    side =>
      `, the bucket policy of ${ground[side].bucket} (account ${ground[side].owner}) the one on ${ground[side].bucket} with \`"Principal": {"AWS": "${role}"}\``,
  );
  return {
    ...own,
    todo: `S3 does not say whether reading or writing was denied. The policy of ${role} needs both of these statements${policies.join('')}, and none may deny it. Look also at who owns the object and at its KMS key.`,
    grants: [own, ...inBuckets].flatMap(({ grants = [] }) => grants),
  };
}

/** The key that S3 names can be that of either side. */
function grantKeys(words: string, { role }: Ground): Fix {
  const grantee = { principal: role, account: accountOf(role) };
  const key = keyIn(words) ?? '*';
  const own = grantOwn(grantee, decryptingStatement(key), encryptingStatement(key));
  const todo = `${own.todo.replace(/\.$/, '')}, with the full ARNs of the keys of the buckets, and let the policies of the keys allow it the same.`;
  return { ...own, todo };
}

/** What to add for the role on one of the buckets. @param words of the denial */
export function grantRole(use: Use, words: string, ground: Ground): Fix {
  const { role } = ground;
  return grantOn(
    { principal: role, account: accountOf(role) },
    ground[use],
    roleStatement(use, ground),
    words,
  );
}
