/** The lean way to S3 is held to the SDK: the same request for the same input. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CopyObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { copySource } from '../../src/s3/keys.ts';
import { firstPage } from '../../src/s3/list.ts';
import { listVersions } from '../../src/s3/versions.ts';
import { type CopyMembers, copyHeaders } from '../../src/s3/wire/copies.ts';
import { KEY, LIST_INPUT, objectsPage, type Seen, scriptedS3, versionsPage } from './scripted-s3.ts';

const s3 = await scriptedS3();

const COPY_MEMBERS = fc.record(
  {
    ACL: fc.constantFrom('bucket-owner-full-control', 'private'),
    CopySourceIfMatch: fc.constantFrom('"d41d8cd98f00b204e9800998ecf8427e"', '"abc-3"'),
    ExpectedBucketOwner: fc.constant('444455556666'),
    ExpectedSourceBucketOwner: fc.constant('111122223333'),
    GrantFullControl: fc.constant('id="0123abcd"'),
    GrantRead: fc.constant('id="0123abcd", uri="http://acs.amazonaws.com/groups/global/AllUsers"'),
    GrantReadACP: fc.constant('id="0123abcd"'),
    GrantWriteACP: fc.constant('id="0123abcd"'),
    IfNoneMatch: fc.constant('*'),
    MetadataDirective: fc.constantFrom('COPY', 'REPLACE'),
    ObjectLockLegalHoldStatus: fc.constantFrom('ON', 'OFF'),
    ObjectLockMode: fc.constantFrom('GOVERNANCE', 'COMPLIANCE'),
    ObjectLockRetainUntilDate: fc.date({
      noInvalidDate: true,
      min: new Date(0),
      max: new Date('2199-01-01'),
    }),
    RequestPayer: fc.constant('requester'),
    ServerSideEncryption: fc.constantFrom('AES256', 'aws:kms'),
    SSEKMSKeyId: fc.constant('arn:aws:kms:eu-west-1:444455556666:key/k'),
    StorageClass: fc.constantFrom('STANDARD_IA', 'GLACIER_IR'),
    TaggingDirective: fc.constantFrom('COPY', 'REPLACE'),
    WebsiteRedirectLocation: fc.constantFrom('/elsewhere', 'https://example.com/?a=b'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<CopyMembers>;

/** What a request says, without what differs between any two: time, signature, user agent, connection. */
function essence({ method, url, headers }: Seen) {
  const { pathname, searchParams } = new URL(url, 'http://host');
  searchParams.delete('x-id');
  const told = Object.entries(headers).filter(
    ([name]) =>
      (name.startsWith('x-amz-') || name.startsWith('if-')) &&
      !['x-amz-date', 'x-amz-user-agent'].includes(name),
  );
  return {
    method,
    path: url.split('?')[0],
    pathname,
    query: [...searchParams].sort(),
    headers: Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

async function lastRequest(send: () => Promise<unknown>) {
  s3.seen.length = 0;
  await send();
  const last = s3.seen.at(-1);
  assert.ok(last);
  return essence(last);
}

test('CopyObject: the same request for the same input', async () => {
  s3.answers({ status: 200, body: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' });
  const bucket = s3.bucket();
  await fc.assert(
    fc.asyncProperty(KEY, KEY, COPY_MEMBERS, async (from, to, members) => {
      const all = { ...members, CopySource: copySource('here', from) };
      const bySdk = await lastRequest(() =>
        s3.client.send(new CopyObjectCommand({ Bucket: 'there', Key: to, ...all })),
      );
      const lean = await lastRequest(() =>
        bucket.call({
          operation: 'CopyObject',
          method: 'PUT',
          key: to,
          headers: copyHeaders(all),
          withinMs: 5000,
        }),
      );
      assert.deepEqual(lean, bySdk);
    }),
    { numRuns: 150 },
  );
});

test('UploadPartCopy: the same request for the same input', async () => {
  s3.answers({ status: 200, body: '<CopyPartResult><ETag>"e"</ETag></CopyPartResult>' });
  const bucket = s3.bucket();
  await fc.assert(
    fc.asyncProperty(
      KEY,
      fc.nat({ max: 9999 }),
      fc.base64String({ minLength: 1 }),
      async (key, part, uploadId) => {
        const members = { CopySource: copySource('here', key), CopySourceRange: `bytes=0-${part}` };
        const input = { Bucket: 'there', Key: key, PartNumber: part + 1, UploadId: uploadId, ...members };
        const bySdk = await lastRequest(() => s3.client.send(new UploadPartCopyCommand(input)));
        const lean = await lastRequest(() =>
          bucket.call({
            operation: 'UploadPartCopy',
            method: 'PUT',
            key,
            query: [
              ['partNumber', String(part + 1)],
              ['uploadId', uploadId],
            ],
            headers: copyHeaders(members),
            withinMs: 5000,
          }),
        );
        assert.deepEqual(lean, bySdk);
      },
    ),
    { numRuns: 50 },
  );
});

test('ListObjectsV2: the same request for the same prefix', async () => {
  s3.answers({ status: 200, body: objectsPage([]) });
  await fc.assert(
    fc.asyncProperty(KEY, async prefix => {
      const bySdk = await lastRequest(() =>
        s3.client.send(new ListObjectsV2Command({ ...LIST_INPUT, Prefix: prefix })),
      );
      const lean = await lastRequest(() => firstPage(s3.bucket(prefix)));
      assert.deepEqual(lean, bySdk);
    }),
    { numRuns: 50 },
  );
});

test('ListObjectVersions: the same request for the same prefix', async () => {
  s3.answers({ status: 200, body: versionsPage('') });
  await fc.assert(
    fc.asyncProperty(KEY, async prefix => {
      const bySdk = await lastRequest(() =>
        s3.client.send(new ListObjectVersionsCommand({ ...LIST_INPUT, Prefix: prefix })),
      );
      const lean = await lastRequest(() => firstPage(s3.bucket(prefix), listVersions));
      assert.deepEqual(lean, bySdk);
    }),
    { numRuns: 50 },
  );
});
