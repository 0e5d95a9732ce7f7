/** The statements in the documentation are those that the checks print. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asPolicy, forPrincipal, passRoleStatement, serviceTrustStatement } from '../../src/aws/policies.ts';
import type { Bucket } from '../../src/s3/bucket.ts';
import type { Ground } from '../../src/s3/replication/ground.ts';
import {
  callerStatement,
  decryptingStatement,
  destinationStatement,
  enablingStatement,
  encryptingStatement,
  SERVICE,
  sourceStatement,
} from '../../src/s3/replication/policies.ts';
import { SERVICE as JOBS, roleStatement, WORK_ACTIONS } from '../../src/s3control/policies.ts';
import { documented } from '../documented.ts';

const ROLE = 'arn:aws:iam::111122223333:role/s3-replication';
const KEY = 'arn:aws:kms:eu-central-1:444455556666:key/5678dcba-12ab-34cd-56ef-1234567890ab';
const bucket = (name: string) =>
  ({ location: { bucket: name, prefix: '' }, region: 'eu-west-1', identity: { partition: 'aws' } }) as Bucket;
const GROUND: Ground = {
  source: bucket('octo-source'),
  destination: bucket('octo-destination'),
  role: ROLE,
  locks: false,
  sealsByDefault: true,
  sourceKey: undefined,
  wanted: {
    destination: { bucket: 'octo-destination', prefix: '' },
    partition: 'aws',
    account: '444455556666',
    ownerOverride: true,
    storageClass: undefined,
    kmsKey: KEY,
    deleteMarkers: false,
    timeControl: false,
    metrics: false,
  },
};

test('of the one who configures replication', () => {
  const statements = [
    callerStatement(GROUND),
    passRoleStatement(ROLE, SERVICE),
    enablingStatement(GROUND.source),
  ];
  assert.deepEqual(documented('replication-caller'), statements);
});

test('of the role that S3 replicates with', () => {
  assert.deepEqual(documented('replication-role'), [sourceStatement(GROUND), destinationStatement(GROUND)]);
  assert.deepEqual(documented('replication-kms'), [decryptingStatement(GROUND), encryptingStatement(GROUND)]);
});

test('of keys that nobody names, through S3 in the Region of their bucket alone', () => {
  const destination = { ...bucket('octo-destination'), region: 'eu-central-1' } as Bucket;
  const wanted = { ...GROUND.wanted, kmsKey: undefined };
  const { Action, Resource, Condition } = encryptingStatement({
    ...GROUND,
    destination,
    wanted,
    sealsByDefault: false,
  });
  assert.deepEqual(
    [Action, Resource, Condition],
    [
      ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'],
      '*',
      { StringLike: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
    ],
  );
  const chinese = { ...bucket('octo'), region: 'cn-north-1', identity: { partition: 'aws-cn' } } as Bucket;
  const via = { StringLike: { 'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn' } };
  assert.deepEqual(decryptingStatement({ ...GROUND, source: chinese }).Condition, via);
  assert.deepEqual(encryptingStatement({ ...GROUND, destination: chinese, wanted }).Condition, via);
});

test('what is encrypted at the source takes no data key', () => {
  const { Action } = encryptingStatement({ ...GROUND, sealsByDefault: false });
  assert.deepEqual(Action, ['kms:Encrypt', 'kms:Decrypt']);
});

test('of who may assume it, where it is also the role of the job', () => {
  const both = [SERVICE, JOBS].map(service => serviceTrustStatement(ROLE, service));
  assert.deepEqual(documented('replication-trust'), JSON.parse(asPolicy(...both)).Statement);
});

test('of the role of the job', () => {
  const place = (name: string, actions: readonly string[], prefix = '') => ({
    bucket: name,
    prefix,
    actions,
    owner: undefined,
  });
  const ground = {
    source: place('octo-source', ['s3:InitiateReplication']),
    destination: place('octo-destination', []),
    work: place('octo-replication', WORK_ACTIONS, 'sync/'),
    role: ROLE,
    roleInput: 'replication-role',
    caller: { principal: undefined, account: undefined },
    partition: 'aws',
    region: 'eu-west-1',
    account: '111122223333',
  } as const;
  assert.deepEqual(
    documented('replication-job'),
    (['source', 'work'] as const).map(use => roleStatement(use, ground)),
  );
});

test('of the bucket that it writes to', () => {
  const statements = [forPrincipal(destinationStatement(GROUND), ROLE)];
  assert.deepEqual(documented('replication-destination'), statements);
});
