import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketRequestPaymentCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { canonicalId } from '../../lab/s3/acl.ts';
import { isPublic } from '../../lab/s3/policy.ts';
import { allow, COPIER, DESTINATION, refused, SOURCE, twoAccounts } from './s3-lab.ts';

const Bucket = 'source';
const get = (Key = 'k') => new GetObjectCommand({ Bucket, Key });
const head = (Key: string) => new HeadObjectCommand({ Bucket, Key });
const list = (input: object = {}) => new ListObjectsV2Command({ Bucket, ...input });

test('across accounts both sides must allow', async t => {
  const { lab, source, owner, copier, grant } = await twoAccounts(t);
  source.put('k', 'x');
  await owner.send(get());
  const bare = await refused(copier.send(get()), 403, 'AccessDenied');
  assert.equal(bare.message, 'Access Denied');
  grant('s3:GetObject');
  await copier.send(get());
  lab.iam.accounts.deletePolicy(COPIER, 'all');
  await refused(copier.send(get()), 403, 'AccessDenied');
});

test('who may not list cannot tell absent from forbidden', async t => {
  const { copier, grant } = await twoAccounts(t);
  grant('s3:GetObject');
  await refused(copier.send(get()), 403, 'AccessDenied');
  await refused(copier.send(head('k')), 403, 'Unknown');
  grant('s3:GetObject', 's3:ListBucket');
  await refused(copier.send(get()), 404, 'NoSuchKey');
  await refused(copier.send(head('k')), 404, 'NotFound');
});

test('a listing may be granted for a prefix', async t => {
  const { source, copier } = await twoAccounts(t);
  source.policy = {
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: COPIER },
        Action: 's3:ListBucket',
        Resource: source.arn,
        Condition: { StringLike: { 's3:prefix': 'mine/*' } },
      },
    ],
  };
  await copier.send(list({ Prefix: 'mine/x' }));
  await refused(copier.send(list({ Prefix: 'yours/' })), 403, 'AccessDenied');
  await refused(copier.send(list()), 403, 'AccessDenied');
});

test('a policy does not reach objects of another account', async t => {
  const { source, owner, copier, grant } = await twoAccounts(t);
  source.ownership = 'ObjectWriter';
  grant('s3:GetObject', 's3:PutObject', 's3:PutObjectAcl');
  const put = (Key: string, input: object = {}) =>
    copier.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...input }));
  await put('theirs');
  await put('shared', { ACL: 'bucket-owner-full-control' });
  assert.equal(source.get('shared')?.owner, DESTINATION);
  await refused(owner.send(get('theirs')), 403, 'AccessDenied');
  await owner.send(get('shared'));
  await copier.send(get('theirs'));
  // Full control for the owner is not ownership: the policy still cannot pass the object on.
  const third = source.put('third', 'x', { owner: '333333333333' });
  await refused(copier.send(get('third')), 403, 'AccessDenied');

  source.ownership = 'BucketOwnerPreferred';
  await put('preferred');
  await put('handed', { ACL: 'bucket-owner-full-control' });
  assert.equal(source.get('preferred')?.owner, DESTINATION);
  assert.equal(source.get('handed')?.owner, SOURCE);

  source.ownership = 'BucketOwnerEnforced';
  await owner.send(get('theirs'));
  await copier.send(get(third.key));
  await put('full', { ACL: 'bucket-owner-full-control' });
  await put('granted', { GrantFullControl: `id="${canonicalId(SOURCE)}"` });
  await refused(put('read', { ACL: 'bucket-owner-read' }), 400, 'AccessControlListNotSupported');
  const { Owner } = await owner.send(new GetObjectAclCommand({ Bucket, Key: 'theirs' }));
  assert.equal(Owner?.ID, canonicalId(SOURCE));
});

test('a deny in the policy holds for objects of another account too', async t => {
  const { source, copier } = await twoAccounts(t);
  source.ownership = 'ObjectWriter';
  source.put('k', 'x', { owner: DESTINATION });
  await copier.send(get());
  source.policy = {
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: `${source.arn}/*` }],
  };
  await refused(copier.send(get()), 403, 'AccessDenied');
});

test('an ACL header needs s3:PutObjectAcl', async t => {
  const { copier, grant } = await twoAccounts(t);
  const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL: 'bucket-owner-full-control' });
  grant('s3:PutObject');
  await refused(copier.send(put), 403, 'AccessDenied');
  grant('s3:PutObject', 's3:PutObjectAcl');
  await copier.send(put);
});

test('a public ACL is stopped by the block on public access', async t => {
  const { source, owner } = await twoAccounts(t);
  source.ownership = 'ObjectWriter';
  const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL: 'public-read' });
  await refused(owner.send(put), 403, 'AccessDenied');
  await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await owner.send(put);
});

test('a public policy grants nothing across accounts while public buckets are restricted', async t => {
  const { source, owner, copier } = await twoAccounts(t);
  source.put('k', 'x');
  const policy = allow('s3:GetObject', `${source.arn}/*`, '*');
  const put = new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) });
  await refused(owner.send(put), 403, 'AccessDenied');
  source.policy = policy;
  await refused(copier.send(get()), 403, 'AccessDenied');
  source.publicAccessBlock = undefined;
  await copier.send(get());
});

test('a policy is public when it lets everybody in without narrowing conditions', () => {
  const statement = (more: object) => ({
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...more }],
  });
  const narrowed = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
  assert.equal(isPublic(statement({ Principal: '*' })), true);
  assert.equal(isPublic(statement({ Principal: { AWS: ['*'] } })), true);
  assert.equal(isPublic(statement({ Principal: { AWS: COPIER } })), false);
  assert.equal(isPublic(statement({ Principal: '*', Condition: narrowed })), false);
  assert.equal(
    isPublic(statement({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } })),
    true,
  );
  assert.equal(isPublic(statement({ Effect: 'Deny', Principal: '*' })), false);
});

test('where the requester pays, it must say so', async t => {
  const { source, owner, copier, grant } = await twoAccounts(t);
  source.put('k', 'x');
  source.requestPayer = 'Requester';
  grant('s3:GetObject', 's3:ListBucket');
  await owner.send(get());
  await refused(copier.send(get()), 403, 'AccessDenied');
  await refused(copier.send(list()), 403, 'AccessDenied');
  const copy = (input: object) =>
    copier.send(new CopyObjectCommand({ Bucket: 'destination', Key: 'k', CopySource: 'source/k', ...input }));
  await refused(copy({}), 403, 'AccessDenied');
  await copy({ RequestPayer: 'requester' });
  const paid = await copier.send(list({ RequestPayer: 'requester' }));
  assert.equal(paid.RequestCharged, 'requester');
});

test('HeadBucket names the Region whatever it answers', async t => {
  const { lab, copier, owner, grant } = await twoAccounts(t);
  const find = (name: string) => copier.send(new HeadBucketCommand({ Bucket: name }));
  const region = (refusal: Awaited<ReturnType<typeof refused>>) =>
    refusal.$response.headers['x-amz-bucket-region'];
  assert.equal(region(await refused(find('source'), 403, 'Unknown')), 'eu-west-1');
  grant('s3:ListBucket');
  assert.equal((await find('source')).BucketRegion, 'eu-west-1');
  lab.s3.createBucket({ name: 'far', account: DESTINATION, region: 'ap-south-1' });
  assert.equal(region(await refused(find('far'), 301, 'Unknown')), 'ap-south-1');
  assert.equal(region(await refused(find('nowhere'), 404, 'NotFound')), undefined);
  const sniped = new HeadBucketCommand({ Bucket, ExpectedBucketOwner: DESTINATION });
  assert.equal(region(await refused(owner.send(sniped), 403, 'Unknown')), 'eu-west-1');
});

test('a request signed for another Region is sent away', async t => {
  const { lab, owner, copier } = await twoAccounts(t);
  const far = lab.s3.createBucket({ name: 'far', account: SOURCE, region: 'ap-south-1' });
  const call = new ListObjectsV2Command({ Bucket: 'far' });
  const refusal = await refused(owner.send(call), 301, 'PermanentRedirect');
  assert.equal(refusal.$response.headers['x-amz-bucket-region'], 'ap-south-1');
  assert.equal((refusal as unknown as { Endpoint: string }).Endpoint, 'far.s3.ap-south-1.amazonaws.com');
  const location = new GetBucketLocationCommand({ Bucket: 'far' });
  assert.equal((await owner.send(location)).LocationConstraint, 'ap-south-1');
  far.policy = allow('s3:GetBucketLocation', far.arn, { AWS: COPIER });
  await refused(copier.send(location), 403, 'AccessDenied');
});

test('KMS keys are asked for on both sides of a copy', async t => {
  const { lab, source, destination, owner, copier, grant } = await twoAccounts(t);
  const sourceKey = lab.s3.createKey({
    account: SOURCE,
    region: 'eu-west-1',
    policy: allow('kms:Decrypt', '*', { AWS: [COPIER, `arn:aws:iam::${SOURCE}:root`] }),
  });
  const closed = lab.s3.createKey({ account: SOURCE, region: 'eu-west-1' });
  const own = lab.s3.createKey({ account: DESTINATION, region: 'eu-west-1' });
  const elsewhere = lab.s3.createKey({ account: DESTINATION, region: 'us-east-1' });
  grant('s3:GetObject');
  const kms = (keyArn: string) => ({ encryption: { algorithm: 'aws:kms', keyArn } as const });
  source.put('open', 'hello', kms(sourceKey.arn));
  source.put('closed', 'hello', kms(closed.arn));
  const copy = (key: string, input: object = {}) =>
    copier.send(
      new CopyObjectCommand({ Bucket: 'destination', Key: key, CopySource: `source/${key}`, ...input }),
    );
  await refused(copy('closed'), 403, 'AccessDenied');
  await copy('open');
  assert.equal(destination.get('open')?.encryption.algorithm, 'AES256');
  assert.equal(destination.get('open')?.etag, '5d41402abc4b2a76b9719d911017c592');

  const asked = (key: { arn: string }) => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key.arn });
  const { SSEKMSKeyId } = await copy('open', asked(own));
  assert.equal(SSEKMSKeyId, own.arn);
  assert.match(destination.get('open')?.etag ?? '', /^(?!5d41402a)[0-9a-f]{32}$/);
  await refused(copy('open', asked(sourceKey)), 403, 'AccessDenied');
  await refused(copy('open', asked(elsewhere)), 400, 'KMS.NotFoundException');

  // A default without a key takes the writer's own aws/s3, which the bucket's account cannot use.
  source.encryption = { algorithm: 'aws:kms' };
  grant('s3:GetObject', 's3:PutObject');
  const foreign = new PutObjectCommand({ Bucket, Key: 'foreign', Body: 'x' });
  assert.match((await copier.send(foreign)).SSEKMSKeyId ?? '', new RegExp(`:${DESTINATION}:key/`));
  await copier.send(get('foreign'));
  await refused(owner.send(get('foreign')), 403, 'AccessDenied');
  await owner.send(head('foreign'));
});

test("an object under a customer's key needs that key", async t => {
  const { owner, source } = await twoAccounts(t);
  const key = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: '0'.repeat(32) };
  const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...key });
  await owner.send(put);
  await refused(owner.send(get()), 400, 'InvalidRequest');
  const other = { ...key, SSECustomerKey: '1'.repeat(32) };
  await refused(owner.send(new GetObjectCommand({ Bucket, Key: 'k', ...other })), 403, 'AccessDenied');
  await owner.send(new GetObjectCommand({ Bucket, Key: 'k', ...key }));
  source.encryption = { algorithm: 'AES256', blocksCustomerKeys: true };
  await refused(owner.send(put), 403, 'AccessDenied');
});

test('only its own account touches a bucket policy', async t => {
  const { owner, copier, source, grant } = await twoAccounts(t);
  await refused(owner.send(new GetBucketPolicyCommand({ Bucket })), 404, 'NoSuchBucketPolicy');
  grant('s3:*');
  await refused(copier.send(new GetBucketPolicyCommand({ Bucket })), 405, 'MethodNotAllowed');
  const { Policy } = await owner.send(new GetBucketPolicyCommand({ Bucket }));
  assert.deepEqual(JSON.parse(Policy ?? ''), source.policy);
  const { PolicyStatus } = await owner.send(new GetBucketPolicyStatusCommand({ Bucket }));
  assert.equal(PolicyStatus?.IsPublic, false);
  const bad = new PutBucketPolicyCommand({ Bucket, Policy: '{' });
  await refused(owner.send(bad), 400, 'MalformedPolicy');
});

test('the settings of a bucket read as they were written', async t => {
  const { owner, copier, grant } = await twoAccounts(t);
  const versioning = async () => (await owner.send(new GetBucketVersioningCommand({ Bucket }))).Status;
  assert.equal(await versioning(), undefined);
  await owner.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  assert.equal(await versioning(), 'Enabled');

  await refused(
    owner.send(new GetObjectLockConfigurationCommand({ Bucket })),
    404,
    'ObjectLockConfigurationNotFoundError',
  );
  const ObjectLockConfiguration = {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 2 } },
  } as const;
  await owner.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  const lock = await owner.send(new GetObjectLockConfigurationCommand({ Bucket }));
  assert.deepEqual(lock.ObjectLockConfiguration, ObjectLockConfiguration);

  const Rules = [
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'arn:aws:kms:x' },
      BucketKeyEnabled: true,
    },
  ] as const;
  const encryption = { Rules: [...Rules] };
  await owner.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption }));
  const read = await owner.send(new GetBucketEncryptionCommand({ Bucket }));
  const [rule] = read.ServerSideEncryptionConfiguration?.Rules ?? [];
  assert.deepEqual(rule, { ...Rules[0], BlockedEncryptionTypes: { EncryptionType: ['NONE'] } });

  const ownership = async () =>
    (await owner.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules;
  assert.deepEqual(await ownership(), [{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  const controls = { Rules: [{ ObjectOwnership: 'ObjectWriter' } as const] };
  await owner.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: controls }));
  assert.deepEqual(await ownership(), controls.Rules);

  const payer = async () => (await owner.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer;
  assert.equal(await payer(), 'BucketOwner');
  const payment = { Payer: 'Requester' } as const;
  await owner.send(new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: payment }));
  assert.equal(await payer(), 'Requester');

  await refused(owner.send(new GetBucketTaggingCommand({ Bucket })), 404, 'NoSuchTagSet');
  const TagSet = [{ Key: 'team', Value: 'data' }];
  await owner.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  assert.deepEqual((await owner.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet);

  const block = await owner.send(new GetPublicAccessBlockCommand({ Bucket }));
  assert.equal(block.PublicAccessBlockConfiguration?.RestrictPublicBuckets, true);
  await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await refused(
    owner.send(new GetPublicAccessBlockCommand({ Bucket })),
    404,
    'NoSuchPublicAccessBlockConfiguration',
  );
  const acl = await owner.send(new GetBucketAclCommand({ Bucket }));
  assert.deepEqual([acl.Owner?.ID, acl.Grants?.[0]?.Permission], [canonicalId(SOURCE), 'FULL_CONTROL']);
  await refused(
    owner.send(new GetBucketReplicationCommand({ Bucket })),
    404,
    'ReplicationConfigurationNotFoundError',
  );

  await refused(copier.send(new GetBucketVersioningCommand({ Bucket })), 403, 'AccessDenied');
  grant('s3:GetBucketVersioning');
  assert.equal((await copier.send(new GetBucketVersioningCommand({ Bucket }))).Status, 'Enabled');
});

test('buckets are made, listed and deleted by their account', async t => {
  const { lab, owner, copier } = await twoAccounts(t);
  const create = (name: string, LocationConstraint = 'eu-west-1') =>
    new CreateBucketCommand({
      Bucket: name,
      CreateBucketConfiguration: { LocationConstraint: LocationConstraint as 'eu-west-1' },
    });
  await copier.send(create('new-one'));
  assert.equal(lab.s3.bucket('new-one').account, DESTINATION);
  await refused(copier.send(create('new-one')), 409, 'BucketAlreadyOwnedByYou');
  await refused(owner.send(create('new-one')), 409, 'BucketAlreadyExists');
  await refused(owner.send(create('no')), 400, 'InvalidBucketName');
  const elsewhere = create('elsewhere', 'us-west-2');
  await refused(owner.send(elsewhere), 400, 'IllegalLocationConstraintException');
  const names = async () => (await copier.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
  assert.deepEqual(await names(), ['destination', 'new-one']);
  lab.s3.bucket('new-one').put('k', 'x');
  const remove = new DeleteBucketCommand({ Bucket: 'new-one' });
  await refused(owner.send(remove), 403, 'AccessDenied');
  await refused(copier.send(remove), 409, 'BucketNotEmpty');
  lab.s3.bucket('new-one').delete('k');
  await copier.send(remove);
  assert.deepEqual(await names(), ['destination']);
});
