/** IAM as the real client sees it: trust policies, and what policies of roles and users say of actions. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ContextEntry,
  GetRoleCommand,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import type { AccessKey } from '../../lab/iam/keys.ts';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { allow, policy, type TwoAccounts, twoAccounts } from '../../lab/worlds.ts';
import { iamClient } from './clients.ts';

const BUCKET = 'arn:aws:s3:::octo-source';
const OBJECTS = `${BUCKET}/in/key`;

let lab: Lab;
let world: TwoAccounts;
before(async () => {
  lab = await startLab();
  world = twoAccounts(lab);
});
after(() => lab.close());

let roles = 0;

/** A role of the source account with these statements as its policy. */
function roleWith(...statements: object[]): string {
  const role = { account: world.source.account, name: `role-${++roles}`, trustPolicy: policy() };
  return lab.iam.accounts.addRole({ ...role, policies: { all: policy(...statements) } }).arn;
}

function userWith(document: PolicyDocument): AccessKey {
  return lab.iam.accounts.addUser(world.source.account, `user-${++roles}`, { all: document });
}

const deny = (action: string | string[], resource: string) => ({
  ...allow(action, resource),
  Effect: 'Deny',
});

function simulate(
  role: string,
  input: Partial<SimulatePrincipalPolicyCommandInput> = {},
  key = world.source.admin,
) {
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: role,
    ActionNames: ['s3:GetObject'],
    ResourceArns: [OBJECTS],
    ...input,
  });
  return iamClient(lab.endpoint, key).send(command);
}

/** `action resource: decision` of every result. */
async function decisions(...asked: Parameters<typeof simulate>): Promise<string[]> {
  const { EvaluationResults = [] } = await simulate(...asked);
  return EvaluationResults.flatMap(({ EvalActionName, EvalDecision, ResourceSpecificResults }) =>
    ResourceSpecificResults === undefined
      ? [`${EvalActionName}: ${EvalDecision}`]
      : ResourceSpecificResults.map(
          ({ EvalResourceName, EvalResourceDecision }) =>
            `${EvalActionName} ${EvalResourceName}: ${EvalResourceDecision}`,
        ),
  );
}

describe('GetRole', () => {
  const ask = (RoleName: string, key = world.source.admin) =>
    iamClient(lab.endpoint, key).send(new GetRoleCommand({ RoleName }));

  test('tells the ARN with its path, and the trust policy as IAM encodes it', async () => {
    const trustPolicy = policy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Sid: 'a b+c%' });
    const { account } = world.source;
    const { arn } = lab.iam.accounts.addRole({
      account,
      name: 'deep',
      path: '/service-role/',
      trustPolicy,
    });
    const { Role } = await ask('deep');
    assert.equal(arn, `arn:aws:iam::${account}:role/service-role/deep`);
    assert.deepEqual([Role?.Arn, Role?.Path, Role?.RoleName], [arn, '/service-role/', 'deep']);
    const encoded = Role?.AssumeRolePolicyDocument ?? '';
    assert.match(encoded, /^[A-Za-z0-9%._~-]+$/);
    assert.deepEqual(JSON.parse(decodeURIComponent(encoded)), trustPolicy);
  });

  test('knows the roles of its own account only', async () => {
    await assert.rejects(ask('s3-sync-destination'), { name: 'NoSuchEntityException' });
    await assert.rejects(ask('no-such-role'), { name: 'NoSuchEntityException' });
  });

  test('takes iam:GetRole on the role', async () => {
    const key = userWith(policy(allow('iam:GetRole', 'arn:aws:iam::*:role/other')));
    const name = 'AccessDenied';
    await assert.rejects(ask('s3-sync-source', key), {
      name,
      message: /not authorized to perform: iam:GetRole/,
    });
    const allowed = userWith(policy(allow('iam:GetRole', world.source.role)));
    assert.equal((await ask('s3-sync-source', allowed)).Role?.Arn, world.source.role);
  });

  test('refuses what is no name', async () => {
    await assert.rejects(ask('service-role/deep'), { name: 'ValidationError' });
  });
});

describe('SimulatePrincipalPolicy', () => {
  test('evaluates every action on every resource', async () => {
    const role = roleWith(allow('s3:Get*', `${BUCKET}/*`), deny('s3:GetObjectTagging', '*'));
    const given = {
      ActionNames: ['s3:GetObject', 's3:GetObjectTagging', 's3:PutObject'],
      ResourceArns: [OBJECTS, 'arn:aws:s3:::other/key'],
    };
    assert.deepEqual(await decisions(role, given), [
      `s3:GetObject ${OBJECTS}: allowed`,
      's3:GetObject arn:aws:s3:::other/key: implicitDeny',
      `s3:GetObjectTagging ${OBJECTS}: explicitDeny`,
      's3:GetObjectTagging arn:aws:s3:::other/key: explicitDeny',
      `s3:PutObject ${OBJECTS}: implicitDeny`,
      's3:PutObject arn:aws:s3:::other/key: implicitDeny',
    ]);
  });

  test('names of the whole action only the kind of resource, and the strictest decision', async () => {
    const role = roleWith(allow('s3:GetObject', OBJECTS));
    const { EvaluationResults } = await simulate(role, { ResourceArns: [OBJECTS, `${OBJECTS}2`] });
    const [result] = EvaluationResults ?? [];
    assert.match(result?.EvalResourceName ?? '', /^arn:\$\{Partition\}:s3:/);
    assert.equal(result?.EvalDecision, 'implicitDeny');
  });

  test('looks at no policy of a bucket', async () => {
    const [ours, theirs] = [roleWith(), roleWith(allow('s3:GetObject', 'arn:aws:s3:::octo-destination/*'))];
    const Principal = { AWS: ours };
    world.source.setBucketPolicy(policy({ ...allow('s3:*', `${BUCKET}/*`), Principal }));
    assert.deepEqual(await decisions(ours), [`s3:GetObject ${OBJECTS}: implicitDeny`]);
    const ResourceArns = ['arn:aws:s3:::octo-destination/key'];
    assert.deepEqual(await decisions(theirs, { ResourceArns }), [
      's3:GetObject arn:aws:s3:::octo-destination/key: allowed',
    ]);
  });

  test('takes no ARN for all resources, which only a policy on all of them answers', async () => {
    const everywhere = roleWith(allow('s3:GetObject', '*'));
    const somewhere = roleWith(allow('s3:GetObject', `${BUCKET}/*`));
    const jobs = roleWith(allow(['s3:CreateJob', 's3:DescribeJob'], 'arn:aws:s3:*:*:job/*'));
    assert.deepEqual(await decisions(everywhere, { ResourceArns: undefined }), ['s3:GetObject: allowed']);
    assert.deepEqual(await decisions(somewhere, { ResourceArns: ['*'] }), ['s3:GetObject: implicitDeny']);
    const ActionNames = ['s3:CreateJob'];
    assert.deepEqual(await decisions(jobs, { ActionNames, ResourceArns: ['*'] }), [
      's3:CreateJob: implicitDeny',
    ]);
    const job = 'arn:aws:s3:eu-west-1:111122223333:job/1';
    assert.deepEqual(await decisions(jobs, { ActionNames: ['s3:DescribeJob'], ResourceArns: [job] }), [
      `s3:DescribeJob ${job}: allowed`,
    ]);
  });

  test('allows nothing on a resource that the action does not know', async () => {
    const role = roleWith(allow('s3:*', '*'));
    assert.deepEqual(await decisions(role, { ActionNames: ['s3:ListBucket'] }), [
      `s3:ListBucket ${OBJECTS}: implicitDeny`,
    ]);
  });

  test('names the condition keys that it has no value for, and judges without them', async () => {
    const role = roleWith({
      ...allow('s3:GetObject', `${BUCKET}/*`),
      Condition: {
        StringEquals: { 'aws:PrincipalTag/team': 'a', 's3:ResourceAccount': world.source.account },
      },
    });
    const entry = (key: string, ...values: string[]): ContextEntry => ({
      ContextKeyName: key,
      ContextKeyValues: values,
      ContextKeyType: 'string',
    });
    const missingWith = async (...ContextEntries: ContextEntry[]) => {
      const { EvaluationResults = [] } = await simulate(role, { ContextEntries });
      const [specific] = EvaluationResults[0]?.ResourceSpecificResults ?? [];
      assert.deepEqual(specific?.MissingContextValues, EvaluationResults[0]?.MissingContextValues);
      return [specific?.EvalResourceDecision, ...(specific?.MissingContextValues ?? [])];
    };
    assert.deepEqual(await missingWith(), ['implicitDeny', 'aws:PrincipalTag/team', 's3:ResourceAccount']);
    const account = entry('S3:resourceAccount', world.source.account);
    assert.deepEqual(await missingWith(account), ['implicitDeny', 'aws:PrincipalTag/team']);
    assert.deepEqual(await missingWith(account, entry('aws:PrincipalTag/team', 'a')), ['allowed']);
    assert.deepEqual(await missingWith(account, entry('aws:PrincipalTag/team', 'b')), ['implicitDeny']);
  });

  test('gives its results page by page', async () => {
    const role = roleWith(allow('s3:GetObject', `${BUCKET}/*`));
    const ActionNames = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
    const first = await simulate(role, { ActionNames, MaxItems: 2 });
    assert.deepEqual([first.EvaluationResults?.length, first.IsTruncated], [2, true]);
    const second = await simulate(role, { ActionNames, MaxItems: 2, Marker: first.Marker });
    const names = second.EvaluationResults?.map(({ EvalActionName }) => EvalActionName);
    assert.deepEqual([names, second.IsTruncated, second.Marker], [['s3:DeleteObject'], false, undefined]);
  });

  test('takes iam:SimulatePrincipalPolicy on whose policies they are', async () => {
    const key = userWith(policy(allow('iam:SimulatePrincipalPolicy', world.source.role)));
    assert.deepEqual(await decisions(world.source.role, {}, key), [`s3:GetObject ${OBJECTS}: allowed`]);
    await assert.rejects(simulate(roleWith(), {}, key), {
      name: 'AccessDenied',
      message: /not authorized to perform: iam:SimulatePrincipalPolicy/,
    });
  });

  test('knows users, and nobody of another account', async () => {
    const { arn } = userWith(policy(allow('s3:GetObject', '*'))).caller;
    assert.deepEqual(await decisions(arn), [`s3:GetObject ${OBJECTS}: allowed`]);
    for (const unknown of [world.destination.role, `${world.source.role}-not`]) {
      await assert.rejects(simulate(unknown), { name: 'NoSuchEntityException' });
    }
  });

  const WRONG: readonly [string, Partial<SimulatePrincipalPolicyCommandInput>, string][] = [
    [
      'a session',
      { PolicySourceArn: 'arn:aws:sts::111122223333:assumed-role/s3-sync-source/run' },
      'InvalidInputException',
    ],
    ['an ARN that is too short', { PolicySourceArn: 'arn' }, 'ValidationError'],
    ['an action that does not exist', { ActionNames: ['s3:GetObjekt'] }, 'InvalidInputException'],
    ['a pattern of actions', { ActionNames: ['s3:Get*'] }, 'InvalidInputException'],
    ['no action', { ActionNames: [] }, 'ValidationError'],
    ['a page of nothing', { MaxItems: 0 }, 'ValidationError'],
    ['a page too large', { MaxItems: 1001 }, 'ValidationError'],
    [
      'a value of no type',
      { ContextEntries: [{ ContextKeyName: 'aws:SourceIp', ContextKeyValues: ['127.0.0.1'] }] },
      'ValidationError',
    ],
  ];
  for (const [what, input, name] of WRONG) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(simulate(world.source.role, input), { name });
    });
  }
});
