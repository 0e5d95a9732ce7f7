/** The roles beside those of the quick start, as docs/permissions.md says how to make them. */
import assert from 'node:assert/strict';
import type { Lab } from '../../lab/lab.ts';
import { allow, arnOf, policy, statementsOf } from '../../lab/worlds.ts';
import { documented } from '../documented.ts';
import { DESTINATION, SOURCE } from './quick-start.ts';

const SOURCE_ROLE = `arn:aws:iam::${SOURCE.account}:role/s3-sync-source`;
const DESTINATION_ROLE = `arn:aws:iam::${DESTINATION.account}:role/s3-sync-destination`;

/** The pair for pull requests: "Roles that can only plan". */
export function planRoles(lab: Lab): void {
  const { accounts } = lab.iam;
  const source = accounts.policiesOf(SOURCE_ROLE).get('s3-sync');
  const pair = [
    [SOURCE_ROLE, statementsOf(source)],
    [DESTINATION_ROLE, statements('plan-destination')],
  ] as const;
  for (const [writer, may] of pair) {
    const role = accounts.role(writer);
    assert.ok(role);
    const [trust] = statementsOf(role.trustPolicy);
    const trustPolicy = policy(
      JSON.parse(JSON.stringify(trust).replaceAll(':ref:refs/heads/main', ':pull_request')),
    );
    accounts.addRole({ ...role, name: `${role.name}-plan`, trustPolicy, policies: { plan: policy(...may) } });
  }
  const bucket = lab.s3.bucket(SOURCE.name);
  const both = { AWS: [DESTINATION_ROLE, `${DESTINATION_ROLE}-plan`] };
  bucket.policy = policy(...statementsOf(bucket.policy).map(each => ({ ...each, Principal: both })));
}

/** "S3 Batch Operations": the bucket `octo-batch` and the role `s3-batch`. */
export function batchRoles(lab: Lab): void {
  lab.s3.createBucket({ ...DESTINATION, name: 'octo-batch' });
  const role = serviceRole(lab, DESTINATION.account, 's3-batch', 'batch-trust', 'batch-role');
  admit(lab, SOURCE.name, role, statement('batch-role', 'S3SyncBatchReads'));
  give(lab, DESTINATION_ROLE, statements('batch-caller'));
}

/** "DataSync": the bucket `octo-datasync` and the role `datasync`. */
export function dataSyncRoles(lab: Lab): void {
  lab.s3.createBucket({ ...SOURCE, name: 'octo-datasync', region: DESTINATION.region });
  const role = serviceRole(lab, SOURCE.account, 'datasync', 'datasync-trust', 'datasync-role');
  admit(lab, DESTINATION.name, role, statement('datasync-role', 'S3SyncDataSyncWrites'));
  give(lab, SOURCE_ROLE, statements('datasync-caller'));
}

/** "S3 Replication": the bucket `octo-replication` and the role `s3-replication`, which is that of the jobs, too. */
export function replicationRoles(lab: Lab): void {
  lab.s3.createBucket({ ...SOURCE, name: 'octo-replication' });
  const policies = ['replication-role', 'replication-job'];
  const role = serviceRole(lab, SOURCE.account, 's3-replication', 'replication-trust', ...policies);
  lab.s3.bucket(DESTINATION.name).policy = policy(...statements('replication-destination'));
  const jobs = JSON.stringify(statements('batch-caller'))
    .replaceAll('octo-batch', 'octo-replication')
    .replaceAll(`arn:aws:iam::${DESTINATION.account}:role/s3-batch`, role)
    .replaceAll(`${DESTINATION.region}:${DESTINATION.account}`, `${SOURCE.region}:${SOURCE.account}`);
  give(lab, SOURCE_ROLE, [
    ...statements('replication-caller'),
    ...JSON.parse(jobs),
    allow('s3:ListBucketVersions', arnOf(SOURCE.name)),
    allow('s3:GetObjectVersion', `${arnOf(SOURCE.name)}/*`),
  ]);
  const versioning = ['s3:GetBucketVersioning', 's3:PutBucketVersioning'];
  give(lab, DESTINATION_ROLE, [allow(versioning, arnOf(DESTINATION.name))]);
}

/** Makes a role that trusts as one policy of the page says and may do what others say. */
function serviceRole(lab: Lab, account: string, name: string, trust: string, ...policies: string[]): string {
  const { arn } = lab.iam.accounts.addRole({
    account,
    name,
    trustPolicy: policy(...statements(trust)),
    policies: { own: policy(...policies.flatMap(statements)) },
  });
  return arn;
}

function give(lab: Lab, role: string, more: readonly object[]): void {
  lab.iam.accounts.putPolicy(role, 'service', policy(...more));
}

/** Adds a statement to the policy of a bucket. */
function admit(lab: Lab, name: string, role: string, may: object): void {
  const bucket = lab.s3.bucket(name);
  bucket.policy = policy(...statementsOf(bucket.policy), { ...may, Principal: { AWS: role } });
}

function statements(name: string): object[] {
  return documented(name) as object[];
}

function statement(name: string, sid: string): object {
  const found = statements(name).find(each => 'Sid' in each && each.Sid === sid);
  assert.ok(found, `${name} has no statement ${sid}`);
  return found;
}
