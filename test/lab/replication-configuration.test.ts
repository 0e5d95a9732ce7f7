import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Destination, ReplicationRule } from '@aws-sdk/client-s3';
import { replicationUserPolicy } from '../../lab/replication-worlds.ts';
import { ruleTo, scene } from './replication-lab.ts';
import { allow, refused } from './s3-lab.ts';

test('a configuration is given back as it was put, foreign rules beside those that were added', async t => {
  const { client, source, destination, role, lab } = await scene(t);
  const other = lab.s3.createBucket({
    name: 'other',
    account: source.account,
    region: 'eu-west-1',
    versioning: 'Enabled',
  });
  const { arn: ReplicaKmsKeyID } = lab.s3.createKey({
    account: destination.account,
    region: destination.region,
  });
  const foreign = ruleTo(other, {
    ID: 'foreign & old',
    Priority: 7,
    Status: 'Disabled',
    Filter: { And: { Prefix: 'logs/<', Tags: [{ Key: 'team', Value: 'a&b' }] } },
    Destination: { Bucket: other.arn, StorageClass: 'STANDARD_IA' },
  });
  const ours = ruleTo(destination, {
    SourceSelectionCriteria: {
      SseKmsEncryptedObjects: { Status: 'Enabled' },
      ReplicaModifications: { Status: 'Disabled' },
    },
    Destination: {
      Bucket: destination.arn,
      Account: destination.account,
      AccessControlTranslation: { Owner: 'Destination' },
      EncryptionConfiguration: { ReplicaKmsKeyID },
      ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
    },
  });
  const Bucket = source.name;
  const put = (...Rules: ReplicationRule[]) =>
    client.putBucketReplication({ Bucket, ReplicationConfiguration: { Role: role, Rules } });
  const get = async () => (await client.getBucketReplication({ Bucket })).ReplicationConfiguration;
  await refused(get(), 404, 'ReplicationConfigurationNotFoundError');
  await put(foreign);
  await put(...((await get())?.Rules ?? []), ours);
  assert.deepEqual(await get(), { Role: role, Rules: [foreign, ours] });
  await client.deleteBucketReplication({ Bucket });
  await refused(get(), 404, 'ReplicationConfigurationNotFoundError');
});

test('rules without a name get one, and filters may be by tag or empty', async t => {
  const { client, source, destination, configure } = await scene(t);
  const tagged = ruleTo(destination, { ID: undefined, Filter: { Tag: { Key: 'a', Value: '' } } });
  await configure(tagged, ruleTo(destination, { ID: undefined, Priority: 2, Filter: {} }));
  const { ReplicationConfiguration } = await client.getBucketReplication({ Bucket: source.name });
  const [first, second] = ReplicationConfiguration?.Rules ?? [];
  assert.ok(first?.ID && second?.ID && first.ID !== second.ID);
  assert.deepEqual(first.Filter, { Tag: { Key: 'a', Value: '' } });
});

test('rules that contradict the schema or themselves are refused', async t => {
  const { configure, source, destination, lab } = await scene(t);
  const to = (more: Partial<Destination>) =>
    ruleTo(destination, { Destination: { Bucket: destination.arn, ...more } });
  const Disabled = { Status: 'Disabled' } as const;
  const Enabled = { Status: 'Enabled' } as const;
  const own = lab.s3.createBucket({
    name: 'own',
    account: source.account,
    region: 'eu-west-1',
    versioning: 'Enabled',
  });
  lab.s3.createBucket({ name: 'unversioned', account: source.account, region: 'eu-west-1' });
  const bad: readonly [ReplicationRule, string, RegExp][] = [
    [ruleTo(destination, { Priority: undefined }), 'InvalidRequest', /Priority must be specified/],
    [
      ruleTo(destination, { DeleteMarkerReplication: undefined }),
      'InvalidRequest',
      /DeleteMarkerReplication must/,
    ],
    [
      ruleTo(destination, {
        Filter: { Tag: { Key: 'a', Value: 'b' } },
        DeleteMarkerReplication: Enabled,
      }),
      'InvalidRequest',
      /not supported if any Tag filter/,
    ],
    [
      ruleTo(destination, { SourceSelectionCriteria: { SseKmsEncryptedObjects: Enabled } }),
      'InvalidRequest',
      /EncryptionConfiguration must be specified together/,
    ],
    [to({ EncryptionConfiguration: { ReplicaKmsKeyID: 'arn' } }), 'InvalidRequest', /specified together/],
    [
      to({ ReplicationTime: { ...Enabled, Time: { Minutes: 15 } } }),
      'InvalidRequest',
      /together with Metrics/,
    ],
    [
      to({ ReplicationTime: { ...Enabled, Time: { Minutes: 30 } }, Metrics: Enabled }),
      'InvalidArgument',
      /must be 15/,
    ],
    [to({ Metrics: { ...Enabled, EventThreshold: { Minutes: 1 } } }), 'InvalidArgument', /must be 15/],
    [to({ AccessControlTranslation: { Owner: 'Destination' } }), 'InvalidRequest', /Account must be/],
    [
      ruleTo(own, {
        Destination: {
          Bucket: own.arn,
          Account: source.account,
          AccessControlTranslation: { Owner: 'Destination' },
        },
      }),
      'InvalidRequest',
      /to another account only/,
    ],
    [to({ Bucket: source.arn }), 'InvalidRequest', /cannot be the same/],
    [to({ Bucket: 'arn:aws:s3:::absent' }), 'InvalidRequest', /must exist/],
    [to({ Bucket: 'arn:aws:s3:::unversioned' }), 'InvalidRequest', /must have versioning enabled/],
    [to({ Bucket: 'octo-destination' }), 'MalformedXML', /./],
    [to({ StorageClass: 'COLD' as 'GLACIER' }), 'MalformedXML', /./],
    [ruleTo(destination, { ID: 'x'.repeat(256) }), 'MalformedXML', /./],
    [ruleTo(destination, { Status: 'On' as 'Enabled' }), 'MalformedXML', /./],
    [ruleTo(destination, { Filter: { Prefix: 'a', Tag: { Key: 'a', Value: 'b' } } }), 'MalformedXML', /./],
  ];
  for (const [rule, code, words] of bad)
    assert.match((await refused(configure(rule), 400, code)).message, words, JSON.stringify(rule));
  await refused(configure(), 400, 'MalformedXML');
  await refused(configure(ruleTo(destination, { Filter: undefined, Prefix: '' })), 501, 'NotImplemented');
  const first = ruleTo(destination, { DeleteMarkerReplication: Disabled });
  await refused(configure(first, { ...first, Priority: 2 }), 400, 'InvalidArgument');
  const same = await refused(configure(first, { ...first, ID: 'second' }), 400, 'InvalidRequest');
  assert.match(same.message, /Priority must be unique/);
  assert.equal(source.replication, undefined);
});

test('versions are kept at the source, before and as long as it is replicated', async t => {
  const { client, configure, source, destination } = await scene(t);
  const Bucket = source.name;
  const suspend = () =>
    client.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Suspended' } });
  await suspend();
  const refusal = await refused(configure(ruleTo(destination)), 400, 'InvalidRequest');
  assert.match(refusal.message, /Versioning must be 'Enabled'/);
  await client.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  await configure(ruleTo(destination));
  await refused(suspend(), 409, 'InvalidBucketState');
});

test('a configuration takes the permissions to put it and to pass its role to S3', async t => {
  const { client, configure, source, destination, role, lab, world } = await scene(t);
  const { arn } = world.source.admin.caller;
  const may = (Action: string[], PassedTo = 's3.amazonaws.com') =>
    lab.iam.accounts.putPolicy(arn, 'AdministratorAccess', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:ListBucket', ...Action], Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'iam:PassRole',
          Resource: role,
          Condition: { StringEquals: { 'iam:PassedToService': PassedTo } },
        },
      ],
    });
  const Bucket = source.name;
  const put = () => configure(ruleTo(destination));
  const denied = async (call: Promise<unknown>, words: RegExp) =>
    assert.match((await refused(call, 403, 'AccessDenied')).message, words);
  may([]);
  await denied(put(), /s3:PutReplicationConfiguration/);
  await denied(client.deleteBucketReplication({ Bucket }), /s3:PutReplicationConfiguration/);
  may(['s3:PutReplicationConfiguration'], 'batchoperations.s3.amazonaws.com');
  await denied(put(), /iam:PassRole/);
  may(['s3:PutReplicationConfiguration']);
  await put();
  await denied(client.getBucketReplication({ Bucket }), /s3:GetReplicationConfiguration/);
  lab.iam.accounts.putPolicy(arn, 'AdministratorAccess', allow('*', '*'));
  const Rules = [ruleTo(destination)];
  const nonsense = { Bucket, ReplicationConfiguration: { Role: 'replicator', Rules } };
  await refused(client.putBucketReplication(nonsense), 400, 'InvalidArgument');
});

test('what the guide grants to those who configure replication is enough', async t => {
  const { client, configure, source, destination, role, lab, world } = await scene(t);
  const { arn } = world.source.admin.caller;
  lab.iam.accounts.putPolicy(arn, 'AdministratorAccess', replicationUserPolicy(role, source.name));
  const Bucket = source.name;
  assert.equal((await client.getBucketVersioning({ Bucket })).Status, 'Enabled');
  await configure(ruleTo(destination));
  const { ReplicationConfiguration } = await client.getBucketReplication({ Bucket });
  assert.equal(ReplicationConfiguration?.Role, role);
});
