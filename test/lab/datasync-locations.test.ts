import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryable } from '../../lab/faults.ts';
import { refused, type Scene, scene } from './datasync-lab.ts';
import { allow } from './s3-lab.ts';

/** Takes an action out of everything that lets the role into the bucket. */
function revoke({ lab, world, role }: Scene, side: 'source' | 'destination', action: string): void {
  const without = (document: unknown) =>
    JSON.parse(JSON.stringify(document).replaceAll(`"${action}"`, '"s3:GetBucketTagging"'));
  const policy = lab.iam.accounts.policiesOf(role).get(side);
  lab.iam.accounts.putPolicy(role, side, without(policy));
  if (side === 'destination')
    world.destination.setBucketPolicy(without(lab.s3.bucket(world.destination.bucket).policy));
}

test('a location is a folder of a bucket, whose Subdirectory may begin with a slash', async t => {
  const { client, createLocation, role } = await scene(t);
  const LocationArn = await createLocation('destination', {
    Subdirectory: '/in box/2026',
    S3StorageClass: 'STANDARD_IA',
  });
  assert.match(LocationArn, /^arn:aws:datasync:eu-central-1:111122223333:location\/loc-[0-9a-f]{17}$/);
  assert.partialDeepStrictEqual(await client.describeLocationS3({ LocationArn }), {
    LocationArn,
    LocationUri: 's3://octo-destination/in box/2026/',
    S3StorageClass: 'STANDARD_IA',
    S3Config: { BucketAccessRoleArn: role },
  });
  const whole = await createLocation('destination');
  const { LocationUri, S3StorageClass, CreationTime } = await client.describeLocationS3({
    LocationArn: whole,
  });
  assert.deepEqual([LocationUri, S3StorageClass], ['s3://octo-destination/', 'STANDARD']);
  assert.ok(Math.abs(Number(CreationTime) - Date.now()) < 60_000);
});

test('requests that break the model are refused by name', async t => {
  const { client, createLocation, role } = await scene(t);
  const invalid = (call: Promise<unknown>, words: RegExp) => refused(call, 'InvalidRequestException', words);
  const S3Config = { BucketAccessRoleArn: role };
  await invalid(
    client.createLocationS3({ S3Config, S3BucketArn: undefined }),
    /^1 validation error detected: Value null at 's3BucketArn' failed to satisfy constraint: Member must not be null$/,
  );
  await invalid(
    client.createLocationS3({
      S3BucketArn: 'octo-destination',
      S3Config: { BucketAccessRoleArn: undefined },
    }),
    /^2 validation errors detected: .*'s3BucketArn'.* regular expression pattern.*; Value null at 's3Config.bucketAccessRoleArn'/,
  );
  await invalid(createLocation('destination', { Subdirectory: 'dt=2026/' }), /'dt=2026\/' at 'subdirectory'/);
  await invalid(
    createLocation('destination', { Subdirectory: 'a'.repeat(4097) }),
    /at 'subdirectory' .*Member must have length less than or equal to 4096$/,
  );
  await invalid(createLocation('destination', { Subdirectory: 'a//b' }), /must not include/);
  await invalid(createLocation('destination', { Subdirectory: 'a/../b' }), /must not include/);
  await invalid(
    createLocation('destination', { S3StorageClass: 'GLACIER_IR' as 'GLACIER' }),
    /'GLACIER_IR' at 's3StorageClass' .*enum value set: \[STANDARD, .*GLACIER_INSTANT_RETRIEVAL\]$/,
  );
  await invalid(createLocation('destination', { S3StorageClass: 'OUTPOSTS' }), /OUTPOSTS/);
  await invalid(
    createLocation('destination', {
      Tags: [
        { Key: 'ok', Value: '' },
        { Key: 'no!', Value: 'x' },
      ],
    }),
    /'tags.2.member.key'/,
  );
  await invalid(client.listLocations({ MaxResults: 101 }), /'maxResults' .*less than or equal to 100/);
  await refused(
    client.listLocations({ MaxResults: 'x' as unknown as number }),
    'SerializationException',
    /maxResults can not be converted to a Long/,
  );
});

for (const side of ['source', 'destination'] as const) {
  test(`a location of the ${side} takes each permission that its guide names for buckets, and to read`, async t => {
    const attempts = {
      's3:ListBucket': 'HeadBucket',
      's3:GetBucketLocation': 'GetBucketLocation',
      's3:ListBucketMultipartUploads': 'ListMultipartUploads',
      's3:GetObject': 'GetObject',
    };
    for (const [action, attempt] of Object.entries(attempts)) {
      const stage = await scene(t);
      stage[side].put('in/first', 'something');
      await stage.createLocation(side, { Subdirectory: 'in' });
      revoke(stage, side, action);
      await refused(
        stage.createLocation(side, { Subdirectory: 'in' }),
        'InvalidRequestException',
        new RegExp(
          `^DataSync location access test failed: could not perform s3:${attempt} in bucket octo-${side}. Access denied. Ensure bucket access role has ${action} permission.$`,
        ),
      );
      assert.equal(stage.lab.datasync.locations().length, 1);
    }
  });
}

test('the bucket policy of another account and the policy of its key decide too', async t => {
  const { createLocation, world, lab, destination, role } = await scene(t);
  const { policy: admitting } = destination;
  world.destination.setBucketPolicy(undefined);
  await assert.rejects(createLocation('destination'), {
    errorCode: 'InvalidParameter',
    datasyncErrorCode: 'FsS3HeadBucketFailed',
  });
  await refused(
    createLocation('destination'),
    'InvalidRequestException',
    /s3:HeadBucket in bucket octo-destination/,
  );

  world.destination.setBucketPolicy(admitting);
  const key = lab.s3.createKey({ account: world.destination.account, region: 'eu-central-1' });
  destination.put('secret', 'x', { encryption: { algorithm: 'aws:kms', keyArn: key.arn } });
  await refused(
    createLocation('destination'),
    'InvalidRequestException',
    /s3:GetObject in bucket octo-destination/,
  );

  const opened = lab.s3.createKey({
    account: world.destination.account,
    region: 'eu-central-1',
    policy: allow('kms:Decrypt', '*', { AWS: role }),
  });
  lab.iam.accounts.putPolicy(role, 'key', allow('kms:Decrypt', opened.arn));
  destination.put('secret', 'x', { encryption: { algorithm: 'aws:kms', keyArn: opened.arn } });
  await createLocation('destination');
});

test('a bucket without readable objects passes the test', async t => {
  const { createLocation, source } = await scene(t);
  await createLocation('source', { Subdirectory: 'nothing here yet' });
  source.put('a', 'x', { storageClass: 'DEEP_ARCHIVE' });
  assert.match(await createLocation('source'), /:location\/loc-/);
});

test('a bucket is not reached from another Region, nor when it does not exist', async t => {
  const { createLocation } = await scene(t);
  const elsewhere = createLocation('source', { S3BucketArn: 'arn:aws:s3:::octo-destination' });
  await refused(elsewhere, 'InvalidRequestException', /s3:HeadBucket .*specified endpoint/);
  const nowhere = createLocation('source', { S3BucketArn: 'arn:aws:s3:::octo-nowhere' });
  await refused(nowhere, 'InvalidRequestException', /s3:HeadBucket .*does not exist/);
});

test('the role must exist, trust DataSync, and trust it for this account and Region', async t => {
  const { createLocation, lab, world, role } = await scene(t);
  const unassumable = (call: Promise<unknown>) =>
    refused(
      call,
      'InvalidRequestException',
      /^Unable to assume role. Reason: Access denied when calling sts:AssumeRole$/,
    );
  const trust = (condition: object, service = 'datasync.amazonaws.com') =>
    lab.iam.accounts.setTrustPolicy(role, {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        Condition: condition,
      },
    });
  const absent = `arn:aws:iam::${world.source.account}:role/absent`;
  await unassumable(createLocation('source', { S3Config: { BucketAccessRoleArn: absent } }));
  trust({}, 'lambda.amazonaws.com');
  await unassumable(createLocation('source'));
  trust({ StringEquals: { 'aws:SourceAccount': world.destination.account } });
  await unassumable(createLocation('source'));
  trust({ StringEquals: { 'aws:SourceAccount': world.source.account } });
  await createLocation('source');
  trust({ ArnLike: { 'aws:SourceArn': `arn:aws:datasync:eu-central-1:${world.source.account}:*` } });
  await unassumable(createLocation('source'));
  await createLocation('destination');
  trust({});
  await createLocation('source');
});

test('the caller needs the action, to pass the role to DataSync, and to tag', async t => {
  const { lab, world, role, clientOf } = await scene(t);
  const key = lab.iam.accounts.addUser(world.source.account, 'carla');
  const client = clientOf({ key, region: 'eu-west-1' });
  const create = (Tags: { Key: string; Value: string }[] = []) =>
    client.createLocationS3({
      S3BucketArn: 'arn:aws:s3:::octo-source',
      S3Config: { BucketAccessRoleArn: role },
      Tags,
    });
  const allowed = (...statements: object[]) =>
    lab.iam.accounts.putPolicy(key.caller.arn, 'all', { Version: '2012-10-17', Statement: statements });
  const action = { Effect: 'Allow', Action: 'datasync:CreateLocationS3', Resource: '*' };
  const pass = (service: string) => ({
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: role,
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  });
  await refused(
    create(),
    'AccessDeniedException',
    /user\/carla is not authorized to perform: datasync:CreateLocationS3 /,
  );
  allowed(action);
  await refused(
    create(),
    'AccessDeniedException',
    /not authorized to perform: iam:PassRole on resource: .*role\/datasync/,
  );
  allowed(action, pass('s3.amazonaws.com'));
  await refused(create(), 'AccessDeniedException', /iam:PassRole/);
  allowed(action, pass('datasync.amazonaws.com'));
  await create();
  await refused(create([{ Key: 'by', Value: 'sync' }]), 'AccessDeniedException', /datasync:TagResource/);
  const tag = { Effect: 'Allow', Action: 'datasync:TagResource', Resource: '*' };
  allowed(action, pass('datasync.amazonaws.com'), {
    ...tag,
    Condition: { StringEquals: { 'aws:RequestTag/by': 'sync' } },
  });
  await create([{ Key: 'by', Value: 'sync' }]);
  await refused(create([{ Key: 'by', Value: 'hand' }]), 'AccessDeniedException', /datasync:TagResource/);
});

test('permissions can depend on the tags a resource has', async t => {
  const { lab, world, createLocation, clientOf } = await scene(t);
  const key = lab.iam.accounts.addUser(world.source.account, 'carla', {
    own: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'datasync:DescribeLocationS3',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'data' } },
      },
    },
  });
  const client = clientOf({ key });
  const tagged = await createLocation('destination', { Tags: [{ Key: 'team', Value: 'data' }] });
  await client.describeLocationS3({ LocationArn: tagged });
  const untagged = client.describeLocationS3({ LocationArn: await createLocation('destination') });
  await refused(untagged, 'AccessDeniedException', /datasync:DescribeLocationS3/);
});

test('locations are listed by Region, in pages, and filtered', async t => {
  const { client, clientOf, createLocation } = await scene(t);
  const all: string[] = [];
  for (const Subdirectory of ['a', 'b', 'c']) all.push(await createLocation('destination', { Subdirectory }));
  const elsewhere = await createLocation('source');

  const first = await client.listLocations({ MaxResults: 2 });
  assert.deepEqual(
    first.Locations?.map(({ LocationArn }) => LocationArn),
    all.slice(0, 2),
  );
  const second = await client.listLocations({ MaxResults: 2, NextToken: first.NextToken });
  assert.deepEqual(second.Locations, [{ LocationArn: all[2], LocationUri: 's3://octo-destination/c/' }]);
  assert.equal(second.NextToken, undefined);
  const { Locations } = await clientOf({ region: 'eu-west-1' }).listLocations({});
  assert.deepEqual(Locations, [{ LocationArn: elsewhere, LocationUri: 's3://octo-source/' }]);

  const found = async (...filters: [name: string, operator: string, ...values: string[]][]) => {
    const Filters = filters.map(([Name, Operator, ...Values]) => ({ Name, Operator, Values }));
    const listed = await client.listLocations({ Filters: Filters as never });
    return listed.Locations?.map(({ LocationUri = '' }) => LocationUri.at(-2)).join('');
  };
  assert.equal(await found(['LocationUri', 'Equals', 's3://octo-destination/b/']), 'b');
  assert.equal(await found(['LocationUri', 'NotEquals', 's3://octo-destination/b/']), 'ac');
  assert.equal(
    await found(['LocationUri', 'In', 's3://octo-destination/b/', 's3://octo-destination/c/']),
    'bc',
  );
  assert.equal(await found(['LocationUri', 'Contains', '/a']), 'a');
  assert.equal(await found(['LocationUri', 'NotContains', '/a']), 'bc');
  assert.equal(await found(['LocationUri', 'BeginsWith', 's3://octo-source']), '');
  assert.equal(await found(['LocationType', 'Equals', 'S3'], ['LocationUri', 'Contains', '/c']), 'c');
  assert.equal(await found(['CreationTime', 'GreaterThan', '2020-01-01']), 'abc');
  assert.equal(await found(['CreationTime', 'LessThan', '2020-01-01']), '');
});

test('a location is changed only to what passes the test', async t => {
  const { client, createLocation, role, world } = await scene(t);
  const LocationArn = await createLocation('destination', { Subdirectory: 'a' });
  const uri = async () => (await client.describeLocationS3({ LocationArn })).LocationUri;
  await client.updateLocationS3({ LocationArn, Subdirectory: 'b', S3StorageClass: 'ONEZONE_IA' });
  assert.equal(await uri(), 's3://octo-destination/b/');
  world.destination.setBucketPolicy(undefined);
  const change = client.updateLocationS3({
    LocationArn,
    Subdirectory: 'c',
    S3Config: { BucketAccessRoleArn: role },
  });
  await refused(change, 'InvalidRequestException', /access test failed/);
  assert.equal(await uri(), 's3://octo-destination/b/');
});

test('a location of nobody, of another account or of another Region is not found', async t => {
  const { client, clientOf, createLocation, world } = await scene(t);
  const LocationArn = await createLocation('destination');
  const foreign = clientOf({ key: world.destination.admin });
  await refused(
    foreign.describeLocationS3({ LocationArn }),
    'InvalidRequestException',
    /ARN account \(111122223333\) must match authenticated user/,
  );
  assert.deepEqual((await foreign.listLocations({})).Locations, []);
  const elsewhere = clientOf({ region: 'eu-west-1' }).describeLocationS3({ LocationArn });
  await refused(elsewhere, 'InvalidRequestException', /not found/);
  await client.deleteLocation({ LocationArn });
  await refused(
    client.deleteLocation({ LocationArn }),
    'InvalidRequestException',
    /Location loc-.* is not found/,
  );
});

test('a location that a task uses stays', async t => {
  const { client, createLocation, createTask } = await scene(t);
  const DestinationLocationArn = await createLocation('destination');
  const TaskArn = await createTask({ DestinationLocationArn });
  const call = () => client.deleteLocation({ LocationArn: DestinationLocationArn });
  await refused(call(), 'InvalidRequestException', /in use by/);
  await client.deleteTask({ TaskArn });
  await call();
});

test('tags are given, listed in pages, and taken away', async t => {
  const { client, createLocation } = await scene(t);
  const Tags = [
    { Key: 'team', Value: 'data' },
    { Key: 'run', Value: '1' },
  ];
  const ResourceArn = await createLocation('destination', { Tags });
  await client.tagResource({
    ResourceArn,
    Tags: [
      { Key: 'run', Value: '2' },
      { Key: 'more', Value: 'x' },
    ],
  });
  const page = await client.listTagsForResource({ ResourceArn, MaxResults: 2 });
  assert.deepEqual(page.Tags, [Tags[0], { Key: 'run', Value: '2' }]);
  const rest = await client.listTagsForResource({ ResourceArn, NextToken: page.NextToken });
  assert.deepEqual(rest.Tags, [{ Key: 'more', Value: 'x' }]);
  await client.untagResource({ ResourceArn, Keys: ['team', 'run'] });
  assert.deepEqual((await client.listTagsForResource({ ResourceArn })).Tags, rest.Tags);
});

test('trouble comes in the words of a JSON service', async t => {
  const { client, lab, world, clientOf } = await scene(t);
  const throttled = {
    kind: 'error',
    status: 400,
    code: 'ThrottlingException',
    message: 'Rate exceeded',
  } as const;
  const disarm = lab.faults.add({ ...throttled, operation: 'ListLocations' });
  await refused(client.listLocations({}), 'ThrottlingException', /Rate exceeded/);
  disarm();
  lab.faults.add({ ...retryable.internalError, code: 'InternalException', times: 1 });
  await refused(client.listLocations({}), 'InternalException', /internal error/);

  lab.faults.add({ ...throttled, times: 2 });
  const patient = clientOf({ maxAttempts: 3 });
  assert.deepEqual((await patient.listLocations({})).Locations, []);

  const role = lab.iam.accounts.role(world.source.role);
  assert(role);
  const session = lab.iam.sessions.issue(role, 'late', 900);
  lab.iam.sessions.expire(role.arn);
  await refused(clientOf({ key: session }).listLocations({}), 'ExpiredTokenException', /expired/);
  await refused(client.listAgents({}), 'UnknownOperationException', /ListAgents/);
  const forged = { ...world.source.admin, secretAccessKey: 'guessed' };
  await refused(clientOf({ key: forged }).listLocations({}), 'InvalidSignatureException', /signature/);
  const stranger = { ...world.source.admin, accessKeyId: 'AKIANOBODY' };
  await refused(clientOf({ key: stranger }).listLocations({}), 'UnrecognizedClientException', /token/);
});
