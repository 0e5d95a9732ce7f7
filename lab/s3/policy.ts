/** What S3 itself reads in bucket policies; their verdicts are left to IAM. */
import type { PolicyDocument } from '../kinds.ts';

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, unknown>>;
}

const statementsOf = (policy: PolicyDocument | undefined): readonly Statement[] =>
  policy ? ([policy.Statement].flat() as readonly Statement[]) : [];

/** The policy without what it allows: the part that also holds for objects of other accounts. */
export function denialsOf(policy: PolicyDocument | undefined): PolicyDocument | undefined {
  const denials = statementsOf(policy).filter(statement => statement.Effect === 'Deny');
  return policy && denials.length > 0 ? { ...policy, Statement: denials } : undefined;
}

/**
 * Whether S3 Block Public Access counts the policy as public: it allows everybody something, and no condition narrows
 * that down to fixed callers or networks.
 * Source: User Guide, access-control-block-public-access, "The meaning of public".
 */
export const isPublic = (policy: PolicyDocument | undefined): boolean =>
  statementsOf(policy).some(
    statement =>
      statement.Effect === 'Allow' && isEverybody(statement.Principal) && !isNarrowed(statement.Condition),
  );

const isEverybody = (principal: unknown): boolean =>
  principal === '*' ||
  (typeof principal === 'object' &&
    principal !== null &&
    [(principal as { readonly AWS?: unknown }).AWS].flat().includes('*'));

const NARROWING = new Set([
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalaccount',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceip',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
]);

const isNarrowed = (condition: Statement['Condition']): boolean =>
  Object.entries(condition ?? {}).some(
    ([operator, tests]) =>
      !operator.includes('Not') &&
      Object.entries(tests as Readonly<Record<string, unknown>>).some(
        ([key, value]) =>
          NARROWING.has(key.toLowerCase()) && ![value].flat().some(one => one === '*' || one === '0.0.0.0/0'),
      ),
  );
