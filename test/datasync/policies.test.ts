/** The statements in the documentation are those that the checks print. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passRoleStatement, serviceTrustStatement, workStatement } from '../../src/aws/policies.ts';
import type { Ground } from '../../src/datasync/ground.ts';
import {
  callerStatement,
  roleStatement,
  SERVICE,
  serviceLinkedRoleStatement,
  sourceArnOf,
} from '../../src/datasync/policies.ts';
import { documented } from '../documented.ts';

const ROLE = 'arn:aws:iam::111122223333:role/datasync';
const place = (bucket: string, folder = '') => ({ bucket, folder, region: 'eu-central-1', owner: undefined });
const GROUND: Ground = {
  source: place('octo-source'),
  destination: place('octo-destination'),
  work: place('octo-datasync', 'sync/'),
  role: ROLE,
  caller: { principal: undefined, account: undefined },
  partition: 'aws',
  mode: 'ENHANCED',
  storageClass: 'STANDARD',
};

test('of the one who calls DataSync', () => {
  const work = workStatement({ bucket: 'octo-datasync', prefix: 'sync/' }, 'aws');
  const statements = [
    callerStatement(),
    passRoleStatement(ROLE, SERVICE),
    serviceLinkedRoleStatement(ROLE),
    work,
  ];
  assert.deepEqual(documented('datasync-caller'), statements);
});

test('of the role that DataSync assumes', () => {
  const uses = ['source', 'destination', 'work'] as const;
  assert.deepEqual(
    documented('datasync-role'),
    uses.map(use => roleStatement(use, GROUND)),
  );
});

test('of who may assume it', () => {
  const statement = serviceTrustStatement(ROLE, SERVICE, sourceArnOf(ROLE));
  assert.deepEqual(documented('datasync-trust'), [statement]);
});
