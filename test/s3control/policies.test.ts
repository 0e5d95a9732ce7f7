/** The statements in the documentation are those that the checks print. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passRoleStatement, serviceTrustStatement, workStatement } from '../../src/aws/policies.ts';
import type { Ground } from '../../src/s3control/ground.ts';
import {
  callerStatements,
  decryptingStatement,
  encryptingStatement,
  roleStatement,
  SERVICE,
  WORK_ACTIONS,
} from '../../src/s3control/policies.ts';
import { documented } from '../documented.ts';

const ROLE = 'arn:aws:iam::444455556666:role/s3-batch';
const place = (bucket: string, actions: readonly string[], prefix = '') => ({
  bucket,
  prefix,
  actions,
  owner: undefined,
});
const GROUND: Ground = {
  source: place('octo-source', ['s3:GetObject', 's3:GetObjectTagging']),
  destination: place('octo-destination', ['s3:PutObject', 's3:PutObjectTagging']),
  work: place('octo-batch', WORK_ACTIONS, 'sync/'),
  role: ROLE,
  roleInput: 'batch-role',
  caller: { principal: undefined, account: undefined },
  partition: 'aws',
  region: 'eu-central-1',
  account: '444455556666',
};

test('of the one who makes jobs', () => {
  const work = workStatement({ bucket: 'octo-batch', prefix: 'sync/' }, 'aws');
  const statements = [...callerStatements(GROUND), passRoleStatement(ROLE, SERVICE), work];
  assert.deepEqual(documented('batch-caller'), statements);
});

test('of the role that jobs work with', () => {
  const uses = ['source', 'destination', 'work'] as const;
  assert.deepEqual(
    documented('batch-role'),
    uses.map(use => roleStatement(use, GROUND)),
  );
});

test('of who may assume it', () => {
  assert.deepEqual(documented('batch-trust'), [serviceTrustStatement(ROLE, SERVICE)]);
});

test('of keys of KMS', () => {
  assert.deepEqual(documented('batch-keys'), [
    decryptingStatement('arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    encryptingStatement('arn:aws:kms:eu-central-1:444455556666:key/5678dcba-12ab-34cd-56ef-1234567890ab'),
  ]);
});
