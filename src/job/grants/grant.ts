/** One statement in the policy of a bucket for as long as a run goes on: put there, and taken away again. */
import { isDeepStrictEqual } from 'node:util';
import type { IdentityRequest } from '../../aws/identity.ts';
import type { Statement } from '../../aws/policies.ts';
import { statementsIn, withoutStatements, withStatement } from '../../aws/policy-text.ts';
import { readTemporary } from '../../aws/temporary.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { revisePolicy } from '../../s3/policy.ts';

/** All that it takes to find a grant again. */
export interface Granted {
  readonly bucket: string;
  readonly region: string;
  readonly owner: string | undefined;
  readonly as: IdentityRequest;
  /** As it stands in the policy. */
  readonly statement: Statement;
  /** When it expires, ISO 8601. */
  readonly until: string;
  /** The policy had one statement before, and no brackets around it. */
  readonly single: boolean;
}

/**
 * Puts the statement into the policy of the bucket.
 *
 * @param onRival told each time that somebody else wrote the policy at the same time
 * @throws as `revisePolicy` does
 */
export async function putGrant(bucket: Bucket, statement: Statement, onRival: () => void): Promise<void> {
  await revisePolicy(bucket, { edit: policy => granting(policy, statement), onRival });
}

/**
 * Puts the statement into the policy in place of the one of the same name, which ends sooner. What somebody has taken out
 * stays out: they had their reasons.
 *
 * @param onRival told each time that somebody else wrote the policy at the same time
 * @returns whether it was still there
 * @throws as `revisePolicy` does
 */
export async function renewGrant(
  bucket: Bucket,
  statement: Statement,
  onRival: () => void,
): Promise<boolean> {
  let isThere = false;
  const edit = (policy: string | undefined) => {
    isThere = statementsIn(policy).some(named(statement.Sid));
    return isThere ? granting(policy, statement) : policy;
  };
  await revisePolicy(bucket, { edit, onRival });
  return isThere;
}

function granting(policy: string | undefined, statement: Statement): string {
  const isThere = statementsIn(policy).some(one =>
    isDeepStrictEqual(readTemporary(one), readTemporary(statement)),
  );
  if (isThere && policy !== undefined) return policy;
  return withStatement(policy && withoutStatements(policy, named(statement.Sid)), statement);
}

/** How long removing may take. It has a signal of its own, because that of the run may have been aborted. */
const REMOVES_WITHIN_MS = 30_000;

/**
 * Takes the statement out and leaves all others as they are.
 *
 * @returns whether it was still there
 * @throws as `revisePolicy` does
 */
export async function removeGrant(
  bucket: Bucket,
  { statement, single }: Pick<Granted, 'statement' | 'single'>,
): Promise<boolean> {
  return revisePolicy(bucket, {
    edit: policy => policy && withoutStatements(policy, named(statement.Sid), single),
    onRival: () => {},
    signal: AbortSignal.timeout(REMOVES_WITHIN_MS),
  });
}

/** S3 refuses requests from clocks that differ by more. (S3 API, "Error responses", RequestTimeTooSkewed.) */
const SKEW_MS = 15 * 60_000;

/**
 * Takes out what killed runs have left and what has expired since. What has not may be another run's, and what does not say
 * until when is not ours.
 *
 * @returns the names of what was taken out
 * @throws as `revisePolicy` does
 */
export async function sweepGrants(bucket: Bucket): Promise<string[]> {
  const stale = new Set<string>();
  await revisePolicy(bucket, {
    edit: policy =>
      policy &&
      withoutStatements(policy, one => {
        const { sid, until } = readTemporary(one) ?? {};
        if (sid === undefined || until === undefined) return false;
        const isStale = until.getTime() + SKEW_MS < Date.now();
        if (isStale) stale.add(sid);
        return isStale;
      }),
    onRival: () => {},
  });
  return [...stale];
}

function named(sid: string): (statement: unknown) => boolean {
  return statement => readTemporary(statement)?.sid === sid;
}
