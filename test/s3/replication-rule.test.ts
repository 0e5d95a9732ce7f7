import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, ruleFor, ruleIdOf, type Wanted } from '../../src/s3/replication/rule.ts';
import { plainRule } from './plain.ts';

const PLAIN = plainRule({ bucket: 'onto', prefix: 'data/' });
const KEY = 'arn:aws:kms:eu-central-1:444455556666:key/1';

test('the id of a rule is made of destination and prefix, and of nothing that could be mistaken for both', () => {
  assert.match(ruleIdOf(PLAIN.destination), /^s3-cross-account-sync-[0-9a-f]{12}$/);
  const ids = [
    { bucket: 'onto', prefix: '' },
    { bucket: 'onto', prefix: 'data' },
    { bucket: 'ontodata', prefix: '' },
    PLAIN.destination,
  ].map(ruleIdOf);
  assert.equal(new Set(ids).size, ids.length);
});

test('a rule asks for nothing that was not asked for', () => {
  assert.deepEqual(ruleFor(PLAIN, 7), {
    ID: ruleIdOf(PLAIN.destination),
    Priority: 7,
    Filter: { Prefix: 'data/' },
    Status: 'Enabled',
    Destination: { Bucket: 'arn:aws:s3:::onto' },
    DeleteMarkerReplication: { Status: 'Disabled' },
  });
});

test('a rule asks for all that was asked for', () => {
  const wanted: Wanted = {
    ...PLAIN,
    partition: 'aws-cn',
    account: '444455556666',
    ownerOverride: true,
    storageClass: 'GLACIER_IR',
    kmsKey: KEY,
    deleteMarkers: true,
    timeControl: true,
  };
  assert.deepEqual(ruleFor(wanted, 1), {
    ID: ruleIdOf(PLAIN.destination),
    Priority: 1,
    Filter: { Prefix: 'data/' },
    Status: 'Enabled',
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    Destination: {
      Bucket: 'arn:aws-cn:s3:::onto',
      Account: '444455556666',
      AccessControlTranslation: { Owner: 'Destination' },
      StorageClass: 'GLACIER_IR',
      EncryptionConfiguration: { ReplicaKmsKeyID: KEY },
      ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
    },
    DeleteMarkerReplication: { Status: 'Enabled' },
  });
  assert.deepEqual(ruleFor({ ...PLAIN, metrics: true }, 1).Destination?.Metrics, { Status: 'Enabled' });
});

test('a rule differs in whatever was changed in it, by name, and in nothing else', () => {
  const standing = ruleFor(PLAIN, 3);
  assert.deepEqual(differences(standing, PLAIN), []);
  const off = {
    ...standing,
    Destination: { ...standing.Destination, Metrics: { Status: 'Disabled' as const } },
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Disabled' as const } },
  };
  assert.deepEqual(differences(off as typeof standing, PLAIN), []);
  const CHANGES: readonly [Partial<Wanted>, RegExp][] = [
    [{ account: '444455556666' }, /^the destination account is absent instead of 444455556666$/],
    [{ ownerOverride: true }, /^the owner of replicas is absent instead of Destination$/],
    [{ storageClass: 'STANDARD_IA' }, /^the storage class /],
    [{ kmsKey: KEY }, /^replication of KMS-encrypted objects .*;the key of replicas /],
    [{ deleteMarkers: true }, /^replication of delete markers is absent instead of Enabled$/],
    [{ timeControl: true }, /^Replication Time Control .*;Metrics /],
    [{ metrics: true }, /^Metrics /],
  ];
  for (const [change, says] of CHANGES) {
    assert.match(differences(standing, { ...PLAIN, ...change }).join(';'), says);
  }
  const tagged = { ...standing, Filter: { And: { Prefix: 'data/', Tags: [{ Key: 'a', Value: 'b' }] } } };
  assert.deepEqual(differences(tagged, PLAIN), ['the filter by tags is a=b instead of absent']);
});

test('where nobody tells who owns what is written to the destination, a rule may hand over or not', () => {
  const unknown = { ...PLAIN, ownerOverride: 'unknown' } as const;
  assert.equal(ruleFor(unknown, 1).Destination?.AccessControlTranslation?.Owner, 'Destination');
  for (const ownerOverride of [true, false])
    assert.deepEqual(differences(ruleFor({ ...PLAIN, ownerOverride }, 1), unknown), []);
});
