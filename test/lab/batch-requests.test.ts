import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateJobCommandInput, S3CopyObjectOperation } from '@aws-sdk/client-s3-control';
import { batchUserPolicy } from '../../lab/batch-worlds.ts';
import { controlClient, reportTo, scene } from './batch-lab.ts';
import { allow, refused } from './s3-lab.ts';

type Input = Partial<CreateJobCommandInput>;

test('a request must be shaped as the API model has it', async t => {
  const { create, source, manifest } = await scene(t);
  const good = manifest([`${source.name},a`]);
  const copy = (operation: object) => ({
    Operation: {
      S3PutObjectCopy: { TargetResource: 'arn:aws:s3:::b', ...operation } as S3CopyObjectOperation,
    },
  });
  const generator = (S3JobManifestGenerator: object): Input => ({
    ManifestGenerator: { S3JobManifestGenerator } as CreateJobCommandInput['ManifestGenerator'],
  });
  const bad: readonly [object, RegExp][] = [
    [{ Operation: undefined }, /null at 'operation'/],
    [{ Report: undefined }, /null at 'report'/],
    [{ RoleArn: undefined }, /null at 'roleArn'/],
    [{ Priority: undefined }, /null at 'priority'/],
    [{ Priority: -1 }, /Value '-1' at 'priority'.*greater than or equal to 0/],
    [{ Priority: 2 ** 31 }, /at 'priority'.*less than or equal to 2147483647/],
    [{ RoleArn: 'arn:aws:iam::1:role/x' }, /at 'roleArn'.*regular expression/],
    [{ ClientRequestToken: 'x'.repeat(65) }, /at 'clientRequestToken'.*length less than or equal to 64/],
    [{ Description: 'x'.repeat(257) }, /at 'description'/],
    [{ Tags: [{ Key: '', Value: 'x' }] }, /at 'tags.1.member.key'.*length greater than or equal to 1/],
    [{ Tags: [{ Key: 'a', Value: '!' }] }, /at 'tags.1.member.value'.*regular expression/],
    [copy({ StorageClass: 'REDUCED_REDUNDANCY' }), /storageClass.*enum value set: \[STANDARD, /],
    [copy({ TargetResource: 'bucket' }), /targetResource.*regular expression/],
    [copy({ TargetKeyPrefix: 'x'.repeat(1025) }), /targetKeyPrefix/],
    [copy({ NewObjectMetadata: { SSEAlgorithm: 'aws:kms' } }), /sSEAlgorithm.*\[AES256, KMS\]/],
    [copy({ CannedAccessControlList: 'mine' }), /cannedAccessControlList.*enum/],
    [{ Report: { Enabled: true, Prefix: 'x'.repeat(513) } }, /at 'report.prefix'/],
    [{ Manifest: { Spec: good.Spec } }, /null at 'manifest.location'/],
    [{ Manifest: { Location: good.Location } }, /null at 'manifest.spec'/],
    [
      { Manifest: { ...good, Location: { ...good.Location, ETag: undefined } } },
      /null at 'manifest.location.eTag'/,
    ],
    [generator({ EnableManifestOutput: false }), /null at '.*sourceBucket'/],
    [generator({ SourceBucket: source.arn }), /null at '.*enableManifestOutput'/],
  ];
  for (const [input, words] of bad) {
    const refusal = await refused(create(input as Input), 400, 'BadRequestException');
    assert.match(refusal.message, words, JSON.stringify(input));
  }
});

test('what contradicts itself is refused, and what the lab does not run', async t => {
  const { create, source, destination, manifest } = await scene(t);
  const good = manifest([`${source.name},a`]);
  const { Location } = good;
  const S3PutObjectCopy = { TargetResource: destination.arn };
  const generating = (more: object): Input => ({
    ManifestGenerator: {
      S3JobManifestGenerator: { SourceBucket: source.arn, EnableManifestOutput: false, ...more },
    },
  });
  const bad: readonly [Input, RegExp][] = [
    [{ Operation: {} }, /exactly one operation/],
    [{ Operation: { S3PutObjectCopy, S3DeleteObjectTagging: {} } }, /exactly one operation/],
    [{ Operation: { S3PutObjectCopy: {} } }, /TargetResource must be/],
    [{ Manifest: good, ...generating({}) }, /exactly one of Manifest and ManifestGenerator/],
    [
      { Manifest: { Location, Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Key'] } } },
      /Required fields are missing in the schema: Bucket/,
    ],
    [{ Operation: { S3ReplicateObject: {} }, Manifest: good }, /missing in the schema: VersionId/],
    [generating({ Filter: { KeyNameConstraint: { MatchAnyPrefix: ['a', 'b'] } } }), /one string of each/],
    [{ Report: { Enabled: true, Bucket: destination.arn } }, /needs Bucket, Format and ReportScope/],
    [{ RoleArn: 'arn:aws:iam::111122223333:role/s3-batch' }, /Cross-account pass role is not allowed/],
    [
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      /same key/,
    ],
  ];
  for (const [input, words] of bad) {
    const refusal = await refused(create(input), 400, 'BadRequestException');
    assert.match(refusal.message, words, JSON.stringify(input));
  }
  for (const input of [
    { Operation: { S3DeleteObjectTagging: {} } },
    { Manifest: { Location, Spec: { Format: 'S3InventoryReport_CSV_20161130' } } },
    generating({ EnableManifestOutput: true }),
  ] as Input[])
    await refused(create(input), 501, 'NotImplemented');
});

test('a client request token makes one job, and another request may not use it', async t => {
  const { create, lab, source, manifest } = await scene(t);
  const request = { ClientRequestToken: 'token', Manifest: manifest([`${source.name},a`]) };
  const first = await create(request);
  assert.equal(await create(request), first);
  await refused(create({ ...request, Priority: 11 }), 400, 'IdempotencyException');
  assert.equal(lab.s3control.jobs().length, 1);
});

test('each operation asks for its own permission', async t => {
  const { create, lab, AccountId, role, client, clientOf, source, manifest } = await scene(t);
  source.put('a', 'x');
  const JobId = await create({ ConfirmationRequired: true });
  await lab.s3control.settled();
  const { JobArn } = (await client.describeJob({ AccountId, JobId })).Job ?? {};
  const key = lab.iam.accounts.addUser(AccountId, 'operator');
  const operator = clientOf({ key });
  const Tags = [{ Key: 'team', Value: 'data' }];
  const making: CreateJobCommandInput = {
    AccountId,
    Operation: { S3PutObjectCopy: { TargetResource: 'arn:aws:s3:::octo-destination' } },
    Manifest: manifest([`${source.name},a`]),
    Report: { Enabled: false },
    ClientRequestToken: 'operator',
    Priority: 1,
    RoleArn: role,
  };
  const calls: readonly [action: string, on: string | undefined, () => Promise<unknown>][] = [
    ['s3:DescribeJob', JobArn, () => operator.describeJob({ AccountId, JobId })],
    ['s3:ListJobs', '*', () => operator.listJobs({ AccountId })],
    ['s3:GetJobTagging', JobArn, () => operator.getJobTagging({ AccountId, JobId })],
    ['s3:PutJobTagging', JobArn, () => operator.putJobTagging({ AccountId, JobId, Tags })],
    ['s3:DeleteJobTagging', JobArn, () => operator.deleteJobTagging({ AccountId, JobId })],
    ['s3:UpdateJobPriority', JobArn, () => operator.updateJobPriority({ AccountId, JobId, Priority: 5 })],
    [
      's3:UpdateJobStatus',
      JobArn,
      () => operator.updateJobStatus({ AccountId, JobId, RequestedJobStatus: 'Cancelled' }),
    ],
  ];
  for (const [action, resource = '', call] of calls) {
    lab.iam.accounts.deletePolicy(key.caller.arn, 'job');
    assert.match((await refused(call(), 403, 'AccessDenied')).message, new RegExp(action));
    lab.iam.accounts.putPolicy(key.caller.arn, 'job', allow(action, resource));
    await call();
  }

  const grant = (actions: string[], passed = 'batchoperations.s3.amazonaws.com') =>
    lab.iam.accounts.putPolicy(key.caller.arn, 'job', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:ListBucket', ...actions], Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'iam:PassRole',
          Resource: role,
          Condition: { StringEquals: { 'iam:PassedToService': passed } },
        },
      ],
    });
  const denied = async (call: Promise<unknown>, words: RegExp) =>
    assert.match((await refused(call, 403, 'AccessDenied')).message, words);
  grant([]);
  await denied(operator.createJob(making), /s3:CreateJob/);
  grant(['s3:CreateJob'], 's3.amazonaws.com');
  await denied(operator.createJob(making), /iam:PassRole/);
  grant(['s3:CreateJob']);
  await denied(operator.createJob({ ...making, Tags }), /s3:PutJobTagging/);
  assert.ok((await operator.createJob(making)).JobId);
  grant(['s3:CreateJob', 's3:PutJobTagging']);
  assert.ok((await operator.createJob({ ...making, Tags, ClientRequestToken: 'tagged' })).JobId);
});

test('what the guide grants to users of jobs is enough', async t => {
  const { lab, AccountId, role, source, destination, manifest, clientOf } = await scene(t);
  source.put('a', 'x');
  const key = lab.iam.accounts.addUser(AccountId, 'operator', { jobs: batchUserPolicy(role) });
  const operator = clientOf({ key });
  const { JobId } = await operator.createJob({
    AccountId,
    Operation: { S3PutObjectCopy: { TargetResource: destination.arn } },
    Manifest: manifest([`${source.name},a`]),
    Report: { Enabled: false },
    ConfirmationRequired: true,
    ClientRequestToken: 'operator',
    Priority: 1,
    RoleArn: role,
    Tags: [{ Key: 'run', Value: '7' }],
  });
  await lab.s3control.settled();
  await operator.updateJobPriority({ AccountId, JobId, Priority: 2 });
  await operator.updateJobStatus({ AccountId, JobId, RequestedJobStatus: 'Ready' });
  await lab.s3control.settled();
  const { Jobs } = await operator.listJobs({ AccountId });
  const { Job } = await operator.describeJob({ AccountId, JobId });
  assert.deepEqual([Jobs?.length, Job?.Status, Job?.Priority], [1, 'Complete', 2]);
  assert.equal((await operator.getJobTagging({ AccountId, JobId })).Tags?.length, 1);
});

test('a job is found by its own account in its own Region alone', async t => {
  const { create, client, clientOf, world, AccountId, describe } = await scene(t);
  const JobId = await create();
  assert.equal((await describe(JobId)).JobId, JobId);
  await refused(describe('no-such-job'), 404, 'NoSuchJob');
  const elsewhere = clientOf({ region: 'eu-west-1' });
  await refused(elsewhere.describeJob({ AccountId, JobId }), 404, 'NoSuchJob');
  const stranger = clientOf({ key: world.source.admin });
  await refused(stranger.describeJob({ AccountId, JobId }), 403, 'AccessDenied');
  await refused(stranger.describeJob({ AccountId: world.source.account, JobId }), 404, 'NoSuchJob');
  assert.equal((await client.listJobs({ AccountId })).Jobs?.length, 1);
  assert.equal((await elsewhere.listJobs({ AccountId })).Jobs?.length, 0);
});

test('jobs are listed by status and in pages', async t => {
  const { create, client, lab, AccountId, source } = await scene(t);
  source.put('a', 'x');
  const done = await create({ Description: 'done' });
  const waiting = await create({ ConfirmationRequired: true, Priority: 3 });
  const failed = await create({ RoleArn: `arn:aws:iam::${AccountId}:role/absent` });
  await lab.s3control.settled();
  const idsOf = async (JobStatuses: ('Complete' | 'Suspended' | 'Failed')[]) =>
    (await client.listJobs({ AccountId, JobStatuses })).Jobs?.map(({ JobId }) => JobId);
  assert.deepEqual(await idsOf(['Suspended']), [waiting]);
  assert.deepEqual(await idsOf(['Failed', 'Complete']), [done, failed]);
  const first = await client.listJobs({ AccountId, MaxResults: 2 });
  assert.partialDeepStrictEqual(first.Jobs, [
    { JobId: done, Description: 'done', Operation: 'S3PutObjectCopy', Status: 'Complete', Priority: 10 },
    { JobId: waiting, Priority: 3 },
  ]);
  const second = await client.listJobs({ AccountId, MaxResults: 2, NextToken: first.NextToken });
  assert.deepEqual([second.Jobs?.map(({ JobId }) => JobId), second.NextToken], [[failed], undefined]);
  await refused(client.listJobs({ AccountId, NextToken: 'nonsense' }), 400, 'InvalidNextTokenException');
  await refused(client.listJobs({ AccountId, MaxResults: 1001 }), 400, 'InvalidRequestException');
  const JobStatuses = ['Done' as 'Complete'];
  await refused(client.listJobs({ AccountId, JobStatuses }), 400, 'InvalidRequestException');
});

test('a job is described as it was asked for', async t => {
  const { create, describe, lab, source, destination, manifest, role } = await scene(t);
  const input = {
    Description: 'copy & prove',
    Operation: {
      S3PutObjectCopy: {
        TargetResource: destination.arn,
        NewObjectTagging: [],
        NewObjectMetadata: { UserMetadata: { a: 'b' }, SSEAlgorithm: 'AES256' as const },
      },
    },
    Manifest: manifest([`${source.name},a`]),
    Report: reportTo(destination),
  };
  const job = await describe(await create(input));
  assert.partialDeepStrictEqual(job, { ...input, Priority: 10, RoleArn: role, ConfirmationRequired: false });
  assert.match(job.JobArn ?? '', /^arn:aws:s3:eu-central-1:444455556666:job\/[0-9a-f-]{36}$/);
  await lab.s3control.settled();
});

test('tags are given with a job, replaced and removed, fifty at most', async t => {
  const { create, client, AccountId } = await scene(t);
  const JobId = await create({ Tags: [{ Key: 'run', Value: '7' }] });
  const tags = async () => (await client.getJobTagging({ AccountId, JobId })).Tags;
  assert.deepEqual(await tags(), [{ Key: 'run', Value: '7' }]);
  await client.putJobTagging({ AccountId, JobId, Tags: [{ Key: 'team', Value: '' }] });
  assert.deepEqual(await tags(), [{ Key: 'team', Value: '' }]);
  await client.deleteJobTagging({ AccountId, JobId });
  assert.deepEqual((await tags()) ?? [], []);
  const Tags = Array.from({ length: 51 }, (_, n) => ({ Key: `${n}`, Value: '' }));
  await refused(client.putJobTagging({ AccountId, JobId, Tags }), 400, 'TooManyTagsException');
});

test('faults strike the control plane, and signatures are checked there', async t => {
  const { lab, client, AccountId, world } = await scene(t);
  lab.faults.add({ kind: 'error', status: 503, code: 'SlowDown', operation: 'ListJobs', times: 1 });
  await refused(client.listJobs({ AccountId }), 503, 'SlowDown');
  await client.listJobs({ AccountId });
  const { admin } = world.destination;
  const forger = controlClient(lab.endpoint, { ...admin, secretAccessKey: 'guessed' }, 'eu-central-1');
  await refused(forger.listJobs({ AccountId }), 403, 'SignatureDoesNotMatch');
  forger.destroy();
});
