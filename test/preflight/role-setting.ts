/** A role of S3 Batch Operations between two accounts, and the checks that look at it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { batchRole, batchUserPolicy } from '../../lab/batch-worlds.ts';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { allow, arnOf, policy, type Side, twoAccounts } from '../../lab/worlds.ts';
import type { Identity } from '../../src/aws/identity.ts';
import type { Statement } from '../../src/aws/policies.ts';
import type { CheckResult } from '../../src/model/checks.ts';
import { checkBucketGrant } from '../../src/preflight/bucket-grant.ts';
import { checkServiceRole, type ServiceRole } from '../../src/preflight/service-role.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { statementsOf } from '../e2e/paste.ts';
import { networkOf } from '../s3/on-lab.ts';

export const SERVICE = 'batchoperations.s3.amazonaws.com';

/** Who acts for a side: the role that the workflow assumes. */
function identityOf(lab: Lab, side: Side, name: 'source' | 'destination'): Identity {
  const role = lab.iam.accounts.role(side.role);
  assert.ok(role);
  const session = lab.iam.sessions.issue(role, 'run', 3600);
  return {
    side: name,
    how: 'oidc',
    account: side.account,
    arn: session.caller.arn,
    principal: side.role,
    partition: 'aws',
    credentials: async () => session,
    renew: async () => {},
  };
}

export const READS = [
  's3:GetObject',
  's3:GetObjectVersion',
  's3:GetObjectTagging',
  's3:GetObjectVersionTagging',
];
export const WRITES = ['s3:PutObject', 's3:PutObjectTagging'];

export async function setting(t: TestContext) {
  const lab = await startLab();
  t.after(() => lab.close());
  process.env.AWS_ENDPOINT_URL = lab.endpoint;
  const world = twoAccounts(lab);
  const { source, destination } = world;
  const role = batchRole(lab, world);
  const { accounts } = lab.iam;
  accounts.putPolicy(destination.role, 'batch', batchUserPolicy(role));
  const look = allow(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], '*');
  accounts.putPolicy(destination.role, 'look', policy(look));

  const network = networkOf();
  const open = (side: Side, name: 'source' | 'destination', prefix: string) =>
    new Bucket(
      {
        location: { bucket: side.bucket, prefix },
        region: side.region,
        owner: side.account,
        requestPayer: false,
        identity: identityOf(lab, side, name),
      },
      network,
    );
  const from = open(source, 'source', 'in/');
  const to = open(destination, 'destination', 'in/');
  const needed = (Sid: string, Action: string[], bucket: string): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: [arnOf(bucket), `${arnOf(bucket)}/in/*`],
  });
  const reading = needed('Reads', READS, source.bucket);
  const writing = needed('Writes', [...READS, ...WRITES], destination.bucket);
  const given: ServiceRole = {
    label: 'batch-role',
    role,
    service: SERVICE,
    identity: to.identity,
    network,
    needs: [
      { statement: reading, bucket: from },
      { statement: writing, bucket: to },
    ],
    callerStatements: [
      { Sid: 'Jobs', Effect: 'Allow', Action: ['s3:CreateJob', 's3:ListJobs'], Resource: '*' },
      {
        Sid: 'Job',
        Effect: 'Allow',
        Action: ['s3:DescribeJob', 's3:UpdateJobStatus'],
        Resource: `arn:aws:s3:${destination.region}:${destination.account}:job/*`,
      },
    ],
  };
  return {
    ...world,
    lab,
    accounts,
    role,
    from,
    to,
    network,
    reading,
    writing,
    check: (differently: Partial<ServiceRole> = {}) => checkServiceRole({ ...given, ...differently }),
    grant: (bucket = from, statement = reading, of = role) =>
      checkBucketGrant({ check: 'source-bucket-policy', bucket, role: of, statement }),
  };
}

export type Setting = Awaited<ReturnType<typeof setting>>;

export const verdicts = (results: readonly CheckResult[]) =>
  Object.fromEntries(results.map(({ check, verdict }) => [check.replace('batch-role-', ''), verdict]));

export function resultOf(results: readonly CheckResult[], name: string): CheckResult {
  const found = results.find(({ check }) => check === `batch-role-${name}`);
  assert.ok(found, name);
  return found;
}

export const FINE = { trust: 'pass', permissions: 'pass', 'pass-role': 'pass', caller: 'pass' };

/** Every policy of a role or user with one action less in it. */
export function take(accounts: Setting['accounts'], principal: string, action: string): void {
  for (const [name, document] of accounts.policiesOf(principal)) {
    const left = (statementsOf(document) as { Action: string | string[] }[]).map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(one => one !== action),
    }));
    accounts.putPolicy(principal, name, policy(...left.filter(({ Action }) => Action.length > 0)));
  }
}

export const trusting = (Principal: unknown, more: object = {}): PolicyDocument =>
  policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });
