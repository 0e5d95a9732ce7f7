/** What is read off a policy is held to the lab, which evaluates it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { assumeServiceRole } from '../../lab/iam/service-role.ts';
import type { Caller, PolicyDocument } from '../../lab/kinds.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { allow, policy } from '../../lab/worlds.ts';
import type { Certainty } from '../../src/aws/certainty.ts';
import { bucketOpinion, trustOpinion, verdictOf } from '../../src/aws/role-opinions.ts';

const OWNER = '111122223333';
const OTHER = '444455556666';
const BUCKET = 'arn:aws:s3:::octo-source';
const BELOW = `${BUCKET}/in/*`;

let lab: Lab;
let stranger: Caller;
let resident: Caller;
before(async () => {
  lab = await startLab();
  const { accounts, sessions } = lab.iam;
  accounts.add(OWNER);
  accounts.add(OTHER);
  const session = (account: string, policies: Record<string, PolicyDocument>) => {
    const role = accounts.addRole({
      account,
      name: 'copier',

      trustPolicy: policy(),
      policies,
    });
    return sessions.issue(role, 'run', 3600).caller;
  };
  stranger = session(OTHER, { all: policy(allow('*', '*')) });
  resident = session(OWNER, {});
});
after(() => lab.close());

/** What the lab says, of one concrete request. */
async function evaluated(caller: Caller, resourcePolicy: PolicyDocument, action: string, resource: string) {
  const question = { caller, action, resource, resourceAccount: OWNER, resourcePolicy };
  return (await lab.iam.authorize(question)).allowed;
}

function read(caller: Caller, document: PolicyDocument, action: string, resource = BELOW): Certainty {
  return verdictOf(bucketOpinion(document, { role: caller.principal, owner: OWNER }, action, resource));
}

const one = <T>(...values: T[]) => fc.constantFrom(...values);
/** One, or some in a list. */
const few = <T>(each: fc.Arbitrary<T>) => fc.oneof(each, fc.array(each, { minLength: 1, maxLength: 3 }));

const principals = fc.oneof(
  one('*'),
  fc.record({
    AWS: few(
      fc.oneof(
        ...[OWNER, OTHER].flatMap(account => [
          one(
            account,
            `arn:aws:iam::${account}:root`,
            `arn:aws:iam::${account}:role/copier`,
            `arn:aws:iam::${account}:role/copying`,
            `arn:aws:sts::${account}:assumed-role/copier/run`,
            `arn:aws:sts::${account}:assumed-role/copier/other`,
          ),
        ]),
        one('*'),
      ),
    ),
  }),
  fc.record({ Service: one('s3.amazonaws.com') }),
);
const actions = few(
  one(
    's3:GetObject',
    's3:getobject',
    's3:Get*',
    's3:*',
    '*',
    's3:PutObject',
    's3:?etObject',
    's3:GetObjectTagging',
  ),
);
const resources = few(
  one(
    ...[
      '*',
      BUCKET,
      `${BUCKET}/*`,
      `${BUCKET}*`,
      BELOW,
      `${BUCKET}/in/a*`,
      `${BUCKET}/in/*b`,
      `${BUCKET}/i?/*`,
    ],
    ...[
      'arn:aws:s3:::*/in/*',
      'arn:aws:s3:::other/*',
      `${BUCKET}/out/*`,
      `${BUCKET}/in/?`,
      `${BUCKET}/in/ab`,
    ],
  ),
);
const conditions = fc.dictionary(
  one(
    ...['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
    ...['ArnEquals', 'ArnLike', 'ArnNotLike', 'Bool', 'StringEqualsIfExists', 'StringNotEqualsIfExists'],
    ...['Null', 'ForAnyValue:StringEquals', 'ForAllValues:StringLike', 'ArnLikeIfExists'],
  ),
  fc.dictionary(
    one(
      ...['aws:PrincipalArn', 'AWS:principalarn', 'aws:PrincipalAccount', 'aws:SecureTransport'],
      ...['aws:ResourceAccount', 'aws:SourceAccount', 'aws:SourceArn', 'aws:PrincipalOrgID'],
    ),
    few(
      one(
        ...['true', 'false', OWNER, OTHER, '*', 'arn:aws:iam::*:role/*', 'arn:aws:iam::*:role/copier'],
        ...[`arn:aws:iam::${OTHER}:role/copier`, '444*', `\${aws:PrincipalAccount}`],
      ),
    ),
    { minKeys: 1, maxKeys: 2 },
  ),
  { minKeys: 1, maxKeys: 2 },
);
const statement = fc
  .record({
    Effect: one('Allow', 'Allow', 'Allow', 'Deny'),
    Principal: principals,
    Action: actions,
    Resource: resources,
    Condition: fc.option(conditions, { nil: undefined, freq: 2 }),
    except: one('', '', '', '', 'Principal', 'Action', 'Resource'),
  })
  .map(({ except, Condition, ...elements }) => {
    const named = Object.entries(elements).map(([name, value]) => [
      name === except ? `Not${name}` : name,
      value,
    ]);
    // AWS knows no exception from everybody.
    const sound = !(except === 'Principal' && elements.Principal === '*');
    return sound ? { ...Object.fromEntries(named), ...(Condition && { Condition }) } : { ...elements };
  });
const documents = fc.array(statement, { minLength: 1, maxLength: 3 }).map(list => policy(...list));
const keys = one('ab', 'a', 'b', '', 'abc', 'x/y');

describe('what a bucket policy is read to say to a role', () => {
  for (const [where, who] of [
    ['of another account', () => stranger],
    ['of its own account, whose own policies are silent', () => resident],
  ] as const) {
    test(`${where} is what the lab makes of it, or an open question`, async () => {
      const seen: Record<string, number> = {};
      await fc.assert(
        fc.asyncProperty(documents, keys, async (document, key) => {
          const allowed = await evaluated(who(), document, 's3:GetObject', `${BUCKET}/in/${key}`);
          const certainty = read(who(), document, 's3:GetObject');
          const verdict = `${certainty} ${allowed}`;
          seen[verdict] = (seen[verdict] ?? 0) + 1;
          assert.notEqual(verdict, 'no true');
          assert.notEqual(verdict, 'yes false');
        }),
        { numRuns: 2000 },
      );
      for (const verdict of ['yes true', 'no false', 'maybe true', 'maybe false'])
        assert.ok((seen[verdict] ?? 0) > 10, JSON.stringify(seen));
    });
  }
});

const ROLE = `arn:aws:iam::${OWNER}:role/trusting`;
const SERVICE = 'datasync.amazonaws.com';
const LOCATION = `arn:aws:datasync:eu-west-1:${OWNER}:location/loc-1`;

const trusts = fc
  .array(
    fc.record({
      Effect: one('Allow', 'Allow', 'Allow', 'Deny'),
      Principal: fc.oneof(
        one('*'),
        one({ AWS: '*' }, { AWS: OWNER }),
        fc.record({ Service: few(one(SERVICE, SERVICE, 's3.amazonaws.com')) }),
      ),
      Action: few(
        one('sts:AssumeRole', 'sts:AssumeRole', 'sts:assumerole', 'sts:*', 'sts:AssumeRoleWithSAML'),
      ),
      Condition: fc.oneof(
        { weight: 1, arbitrary: one({}) },
        {
          weight: 2,
          arbitrary: fc.dictionary(
            one(
              ...['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'ArnEquals', 'ArnLike'],
              ...[
                'ArnNotLike',
                'Null',
                'ForAnyValue:StringEquals',
                'StringEqualsIfExists',
                'ArnNotLikeIfExists',
              ],
            ),
            fc.dictionary(
              one('aws:SourceAccount', 'aws:sourcearn', 'aws:SourceArn', 'aws:SourceOrgID', 'sts:ExternalId'),
              few(
                one(
                  ...[OWNER, OTHER, '*', '1111*', 'true', 'arn:aws:datasync:*:111122223333:*', LOCATION],
                  ...['arn:aws:datasync:eu-west-1:*:location/*', `arn:aws:datasync:*:${OTHER}:*`],
                  ...[`arn:aws:datasync:eu-central-1:${OWNER}:*`, `arn:aws:datasync:*:${OWNER}:task/*`],
                ),
              ),
              { minKeys: 1, maxKeys: 2 },
            ),
            { minKeys: 1, maxKeys: 2 },
          ),
        },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map(list => policy(...list));

test('what a trust policy is read to say to a service is what the lab makes of it, or an open question', async () => {
  const { accounts, sessions } = lab.iam;
  accounts.addRole({ account: OWNER, name: 'trusting', trustPolicy: policy() });
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      trusts,
      one(`arn:aws:datasync:*:${OWNER}:*`, LOCATION, undefined),
      async (document, told) => {
        accounts.setTrustPolicy(ROLE, document);
        const assumption = {
          service: SERVICE,
          roleArn: ROLE,
          sessionName: 'x',
          account: OWNER,
          sourceArn: LOCATION,
        };
        const assumed = (await assumeServiceRole(accounts, sessions, assumption)) !== undefined;
        const asked = { role: ROLE, service: SERVICE, ...(told !== undefined && { sourceArn: told }) };
        const verdict = `${verdictOf(trustOpinion(document, asked))} ${assumed}`;
        seen[verdict] = (seen[verdict] ?? 0) + 1;
        assert.notEqual(verdict, 'no true');
        assert.notEqual(verdict, 'yes false');
      },
    ),
    { numRuns: 2000 },
  );
  for (const verdict of ['yes true', 'no false', 'maybe true', 'maybe false'])
    assert.ok((seen[verdict] ?? 0) > 10, JSON.stringify(seen));
});

describe('conditions that can be judged beforehand', () => {
  const role = `arn:aws:iam::${OTHER}:role/copier`;
  const CASES: readonly [operator: string, key: string, value: unknown, Certainty][] = [
    ['StringEquals', 'aws:PrincipalAccount', OTHER, 'yes'],
    ['StringEquals', 'AWS:PRINCIPALACCOUNT', [OWNER, OTHER], 'yes'],
    ['StringEquals', 'aws:PrincipalAccount', '4444*', 'no'],
    ['StringLike', 'aws:PrincipalAccount', '4444*', 'yes'],
    ['StringNotEquals', 'aws:PrincipalAccount', OWNER, 'yes'],
    ['StringNotEquals', 'aws:PrincipalAccount', [OWNER, OTHER], 'no'],
    ['StringEqualsIfExists', 'aws:PrincipalAccount', OTHER, 'yes'],
    ['StringNotLikeIfExists', 'aws:PrincipalAccount', '4*', 'no'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/cop*', 'yes'],
    ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/cop*', 'no'],
    ['ArnEquals', 'aws:PrincipalArn', `arn:aws:iam::${OTHER}:role/other`, 'no'],
    ['Bool', 'aws:SecureTransport', 'true', 'yes'],
    ['Bool', 'aws:SecureTransport', true, 'yes'],
    ['Bool', 'aws:SecureTransport', 'false', 'no'],
    ['StringEquals', 'aws:ResourceAccount', OWNER, 'yes'],
    ['StringEquals', 's3:ResourceAccount', OTHER, 'no'],
    ['StringEquals', 'aws:PrincipalAccount', `\${aws:ResourceAccount}`, 'maybe'],
    ['StringEquals', 'aws:PrincipalOrgID', 'o-1', 'maybe'],
    ['NumericLessThan', 's3:TlsVersion', '1.2', 'maybe'],
    ['Null', 'aws:PrincipalArn', 'false', 'maybe'],
  ];
  for (const [operator, key, value, expected] of CASES) {
    test(`${operator} ${key} ${JSON.stringify(value)}: ${expected}`, () => {
      const Condition = { [operator]: { [key]: value } };
      const document = policy({ ...allow('s3:*', `${BUCKET}/*`), Principal: '*', Condition });
      const { allowed, denied } = bucketOpinion(document, { role, owner: OWNER }, 's3:GetObject', BELOW);
      assert.deepEqual([allowed.certainty, denied.certainty], [expected, 'no']);
      assert.deepEqual(allowed.because, expected === 'yes' ? [] : [key]);
    });
  }
});
