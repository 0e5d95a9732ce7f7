/** A copy in parts has the source's own parts wherever they can be found, over HTTP to the lab. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pLimit from 'p-limit';
import { type Effect, retryable } from '../../lab/faults.ts';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { startLab } from '../../lab/lab.ts';
import { type PutOptions, type StoredObject, sparse } from '../../lab/s3/index.ts';
import { destinationRolePolicy, readableBy, twoAccounts } from '../../lab/worlds.ts';
import { createDispatcher, createRequestHandler } from '../../src/aws/endpoint.ts';
import type { Identity } from '../../src/aws/identity.ts';
import { troubleOf } from '../../src/aws/trouble.ts';
import { StoppedError } from '../../src/errors.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { copy } from '../../src/s3/copy.ts';
import { RequestCounter } from '../../src/s3/network.ts';
import type { CopyRoute } from '../../src/s3/route.ts';
import { Connection } from '../../src/s3/wire/connection.ts';
import { plainRoute } from './plain.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const DEFAULT_BYTES = 256 * MIB;

const lab = await startLab();
process.env.AWS_ENDPOINT_URL = lab.endpoint;
after(() => {
  delete process.env.AWS_ENDPOINT_URL;
  return lab.close();
});
let stages = 0;

/** Counts as it does for a run, and lets a test do something just before a request of its choice. */
class Watch extends RequestCounter {
  #before: { name: string; nth: number; act: () => void } | undefined;

  before(name: string, nth: number, act: () => void): void {
    this.#before = { name, nth, act };
  }

  override add(name: string): void {
    super.add(name);
    if (this.#before?.name === name && this.#before.nth === this.count(name)) this.#before.act();
  }
}

interface Options {
  readonly partSize?: CopyRoute['partSize'];
  readonly concurrency?: number;
}

/** Two accounts of the test's own, and a route between their buckets signed by who may do just what is documented. */
function setStage({ partSize = 'auto', concurrency = 8 }: Options = {}) {
  const number = String(++stages).padStart(2, '0');
  const world = twoAccounts(lab, {
    source: { name: `octo-source-${number}`, account: `1111222233${number}` },
    destination: { name: `octo-destination-${number}`, account: `4444555566${number}` },
  });
  const { source, destination } = world;
  const key = lab.iam.accounts.addUser(destination.account, 'signer', {
    sync: destinationRolePolicy(destination.bucket, source.bucket),
  });
  source.setBucketPolicy(readableBy(key.caller.arn, source.bucket));

  const environment = lab.environment();
  const aborting = new AbortController();
  const requests = new Watch();
  const dispatcher = createDispatcher(environment, concurrency);
  const requestHandler = createRequestHandler(environment, concurrency);
  after(() => {
    requestHandler.destroy();
    return dispatcher.close();
  });
  const identity: Identity = {
    side: 'destination',
    how: 'ambient',
    account: destination.account,
    arn: key.caller.arn,
    principal: key.caller.arn,
    partition: 'aws',
    credentials: async () => key,
    renew: async () => {},
  };
  const connection = new Connection(dispatcher, aborting.signal);
  const network = { environment, requestHandler, connection, aborting: aborting.signal, requests };
  const bucketOf = ({ bucket, region, account }: typeof source) =>
    new Bucket(
      { location: { bucket, prefix: '' }, region, owner: account, requestPayer: false, identity },
      network,
    );
  const route = {
    ...plainRoute(bucketOf(source), bucketOf(destination), pLimit(concurrency)),
    partSize,
  };
  const from = lab.s3.bucket(source.bucket);
  const to = lab.s3.bucket(destination.bucket);
  return {
    signer: key.caller.arn,
    requests,
    aborting,
    from,
    to,
    /** Copies an object as it was listed, and says what the copy is. */
    copy: async (object: StoredObject) => {
      await copy(route, entryOf(object));
      const made = to.get(object.key);
      assert.ok(made);
      assert.equal(made.content.md5, object.content.md5);
      return { etag: made.etag, parts: lengthsOf(made) };
    },
    fault: (operation: string, effect: Effect, aim: { skip?: number; times?: number } = {}) =>
      lab.faults.add({ operation, bucket: source.bucket, ...aim, ...effect }),
    /** The HeadObject requests that named a part, in the order they were answered. */
    asked: () =>
      lab.requests
        .all()
        .filter(({ bucket, query }) => bucket === source.bucket && query.has('partNumber'))
        .map(({ query, headers }) => ({ part: Number(query.get('partNumber')), headers })),
  };
}

function usableBy(AWS: string): PolicyDocument {
  const Action = ['kms:GenerateDataKey', 'kms:Decrypt'];
  return { Statement: [{ Effect: 'Allow', Action, Resource: '*', Principal: { AWS } }] };
}

type Stage = ReturnType<typeof setStage>;

function put({ from }: Stage, parts: readonly number[], options: PutOptions = {}): StoredObject {
  const size = parts.reduce((a, b) => a + b);
  return from.put('large', sparse(size, `${parts.length} parts`), { tags: { a: 'b' }, ...options, parts });
}

function entryOf({ key, content, etag, lastModified, storageClass }: StoredObject): ObjectEntry {
  return { key, size: content.size, etag, modified: lastModified.getTime(), storageClass, restored: false };
}

function lengthsOf(object: StoredObject): number[] | undefined {
  return object.parts?.map(({ size }) => size);
}

function even(size: number, bytes: number): number[] {
  return Array.from({ length: Math.ceil(size / bytes) }, (_, index) => Math.min(bytes, size - index * bytes));
}

/** Requests of a copy in so many parts that asked for so many of the source's own. */
function counts(asked: number, parts: number): Record<string, number> {
  return {
    CompleteMultipartUpload: 1,
    CreateMultipartUpload: 1,
    GetObjectTagging: 1,
    HeadObject: asked + 1,
    UploadPartCopy: parts,
  };
}

/** Parts of a source, and how many of them have to be asked for. */
const KEPT: readonly [string, readonly number[], number][] = [
  ['all of one length', even(6 * GIB, GIB), 2],
  ['all of one length but a smaller last one', even(6.5 * GIB, GIB), 2],
  ['of one length, and 700 of them', even(700 * 8 * MIB - 1, 8 * MIB), 2],
  ['of one length but a larger last one', [GIB, GIB, GIB, 3 * GIB], 2],
  ['two of different lengths', [2 * GIB, 4 * GIB + 1], 2],
  ['of many lengths', [2 * GIB, 5 * MIB, 700 * MIB + 1, 5 * GIB, 1], 5],
  [
    'as many as equal ones would be, which only the last one gives away',
    [2 * GIB, 2 * GIB + 1, 2 * GIB - 7, MIB],
    4,
  ],
  ['growing as an uploader without a known length makes them', [...even(4 * GIB, 512 * MIB), 5 * GIB], 2],
  [
    'growing in steps, more than a listing would hold',
    [...even(1_000 * 5 * MIB, 5 * MIB), ...even(3 * GIB, 25 * MIB)],
    1_123,
  ],
];

for (const [what, parts, asked] of KEPT) {
  test(`parts that are ${what} are kept, and with them the ETag`, async () => {
    const stage = setStage();
    const object = put(stage, parts);
    const made = await stage.copy(object);
    assert.deepEqual(made, { etag: object.etag, parts });
    assert.deepEqual(stage.requests.toJSON(), counts(asked, parts.length));
    assert.equal(new Set(stage.asked().map(({ part }) => part)).size, asked, 'no part is asked for twice');
  });
}

test('parts that make up for each other to the byte pass for equal ones, and only the ETag shows it', async () => {
  const stage = setStage();
  const object = put(stage, [2 * GIB, 2 * GIB + 1, 2 * GIB - 1, MIB]);
  const made = await stage.copy(object);
  assert.deepEqual(made.parts, even(6 * GIB + MIB, 2 * GIB));
  assert.notEqual(made.etag, object.etag);
  assert.deepEqual(stage.requests.toJSON(), counts(2, 4));
});

test('parts are kept where a key of the destination makes another ETag of them', async () => {
  const stage = setStage();
  const { account, region } = stage.to;
  const { arn: keyArn } = lab.s3.createKey({ account, region, policy: usableBy(stage.signer) });
  stage.to.encryption = { algorithm: 'aws:kms', keyArn };
  const parts = [GIB, 5 * MIB, 5 * GIB];
  const object = put(stage, parts);
  const made = await stage.copy(object);
  assert.deepEqual(made.parts, parts);
  assert.notEqual(made.etag, object.etag);
  assert.match(made.etag, /-3$/);
});

test('every question for a part names the owner and the ETag that were listed', async () => {
  const stage = setStage();
  const object = put(stage, [GIB, 5 * MIB, 5 * GIB]);
  await stage.copy(object);
  assert.equal(stage.asked().length, 3);
  for (const { headers } of stage.asked()) {
    assert.equal(headers['if-match'], `"${object.etag}"`);
    assert.equal(headers['x-amz-expected-bucket-owner'], stage.from.account);
  }
});

test('parts are asked for through the limit that the copies of parts share, and nothing waits within it', async () => {
  const stage = setStage({ concurrency: 1 });
  const object = put(stage, [GIB, 5 * MIB, 5 * GIB, 6 * MIB, 7 * MIB]);
  const made = await stage.copy(object);
  assert.equal(made.etag, object.etag);
  assert.deepEqual(
    stage.asked().map(({ part }) => part),
    [1, 5, 2, 3, 4],
  );
});

test('a part size that was asked for wins, and no part of the source is asked for', async () => {
  const stage = setStage({ partSize: 2 * GIB });
  const made = await stage.copy(put(stage, [GIB, 5 * MIB, 5 * GIB]));
  assert.deepEqual(made.parts, even(6 * GIB + 5 * MIB, 2 * GIB));
  assert.deepEqual(stage.requests.toJSON(), counts(0, 4));
});

/** Parts that S3 would not take today, and how many are asked for before that is known. */
const IMPOSSIBLE: readonly [string, readonly number[], number][] = [
  ['the first is too small', [MIB, ...even(6 * GIB, GIB)], 2],
  ['one in the middle is too small', [GIB, MIB, ...even(5 * GIB, GIB)], 7],
  ['one is too large', [6 * GIB, GIB], 2],
  ['there are too many', even(10_001 * 5 * MIB, 5 * MIB), 0],
];

for (const [what, parts, asked] of IMPOSSIBLE) {
  test(`parts of our own are taken where, of the source's, ${what}`, async () => {
    const stage = setStage();
    const object = put(stage, parts);
    const ours = even(object.content.size, DEFAULT_BYTES);
    const made = await stage.copy(object);
    assert.deepEqual(made.parts, ours);
    assert.deepEqual(stage.requests.toJSON(), counts(asked, ours.length));
  });
}

test('parts of our own are taken for an object written in one piece, and none is asked for', async () => {
  const stage = setStage();
  const object = stage.from.put('large', sparse(6 * GIB, 'whole'), { tags: { a: 'b' } });
  const made = await stage.copy(object);
  assert.deepEqual(made.parts, even(6 * GIB, DEFAULT_BYTES));
  assert.deepEqual(stage.requests.toJSON(), counts(0, 24));
});

test('parts of our own are taken for an object that shows itself whole whichever part is asked for', async () => {
  const stage = setStage();
  const { parts: _, ...partless } = put(stage, even(6 * GIB, GIB));
  const object = stage.from.store(partless);
  const made = await stage.copy(object);
  assert.deepEqual(made.parts, even(6 * GIB, DEFAULT_BYTES));
  assert.equal(stage.requests.count('HeadObject'), 3);
  assert.equal(stage.requests.count('UploadPartCopy'), 24);
});

const refusal = (status: number, code: string): Effect => ({ kind: 'error', status, code });

/** Answers of servers that do not let parts be asked for, and how many questions that takes. */
const REFUSALS: readonly [string, Effect, number][] = [
  ['denied', refusal(403, 'AccessDenied'), 2],
  ['not implemented', refusal(501, 'NotImplemented'), 2],
  ['not satisfiable', refusal(416, 'InvalidPartNumber'), 2],
  ['a bad request', refusal(400, 'InvalidRequest'), 4],
];

for (const [what, effect, asked] of REFUSALS) {
  test(`parts of our own are taken where asking for a part is ${what}`, async () => {
    const stage = setStage();
    const object = put(stage, even(6 * GIB, GIB));
    stage.fault('HeadObject', effect, { times: asked });
    const made = await stage.copy(object);
    assert.deepEqual(made.parts, even(6 * GIB, DEFAULT_BYTES));
    assert.equal(stage.asked().length, asked);
    assert.equal(stage.requests.count('HeadObject'), asked + 1);
  });
}

test('no more parts are asked for once one was refused', async () => {
  const stage = setStage({ concurrency: 2 });
  const object = put(stage, [GIB, ...even(GIB, 8 * MIB), 5 * GIB]);
  stage.fault('HeadObject', refusal(403, 'AccessDenied'), { skip: 4, times: 1 });
  const made = await stage.copy(object);
  assert.deepEqual(made.parts, even(7 * GIB, DEFAULT_BYTES));
  assert.ok(stage.asked().length <= 6, `${stage.asked().length} were asked for`);
});

test('trouble that passes is waited for', async () => {
  const stage = setStage();
  const object = put(stage, [GIB, 5 * MIB, 5 * GIB, 6 * MIB]);
  stage.fault('HeadObject', retryable.slowDown, { times: 1 });
  stage.fault('HeadObject', retryable.internalError, { skip: 3, times: 2 });
  const made = await stage.copy(object);
  assert.equal(made.etag, object.etag);
  assert.equal(stage.requests.count('HeadObject'), 8);
});

/** What becomes of the listed object, and the trouble that tells. */
const GONE = { changed: 'precondition', deleted: 'absent' } as const;

for (const [what, kind] of Object.entries(GONE)) {
  for (const nth of [1, 5, 8]) {
    test(`a source that is ${what} before the HeadObject number ${nth} of 8 is told of, and nothing is begun`, async () => {
      const stage = setStage({ concurrency: 1 });
      const object = put(stage, [GIB, GIB, 5 * MIB, 6 * MIB, 7 * MIB, 3 * GIB, 1]);
      stage.requests.before('HeadObject', nth, () => {
        if (what === 'deleted') stage.from.delete('large');
        else put(stage, even(7 * GIB, 2 * GIB));
      });
      await assert.rejects(stage.copy(object), error => {
        const trouble = troubleOf(error);
        assert.deepEqual([trouble.kind, trouble.condition], [kind, undefined]);
        return true;
      });
      assert.deepEqual(stage.requests.toJSON(), { HeadObject: nth });
      assert.deepEqual([stage.to.size, stage.to.uploads.size], [0, 0]);
    });
  }
}

test('a source that changes while its parts are copied leaves no open upload', async () => {
  const stage = setStage({ concurrency: 1 });
  const object = put(stage, [GIB, 5 * MIB, 5 * GIB]);
  stage.requests.before('UploadPartCopy', 2, () => put(stage, even(7 * GIB, 2 * GIB)));
  await assert.rejects(stage.copy(object), error => troubleOf(error).kind === 'precondition');
  assert.deepEqual(stage.requests.toJSON(), {
    AbortMultipartUpload: 1,
    CreateMultipartUpload: 1,
    GetObjectTagging: 1,
    HeadObject: 4,
    UploadPartCopy: 2,
  });
  assert.deepEqual([stage.to.size, stage.to.uploads.size], [0, 0]);
});

test('a run that is stopped while parts are asked for stops there', async () => {
  const stage = setStage({ concurrency: 1 });
  const object = put(stage, [GIB, 5 * MIB, 6 * MIB, 5 * GIB]);
  stage.requests.before('HeadObject', 3, () => stage.aborting.abort());
  await assert.rejects(stage.copy(object), StoppedError);
  assert.deepEqual(stage.requests.toJSON(), { HeadObject: 3 });
  assert.equal(stage.to.uploads.size, 0);
});
