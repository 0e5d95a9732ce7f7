/** A small server in place of S3, which remembers what it was asked and answers what it is told to, and both ways to it. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type ListObjectsV2CommandInput, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import type { Identity } from '../../src/aws/identity.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { createNetwork } from '../../src/s3/network.ts';

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
export const IDENTITY: Identity = {
  side: 'source',
  how: 'ambient',
  account: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/test',
  principal: 'arn:aws:iam::111122223333:user/test',
  partition: 'aws',
  credentials: async () => CREDENTIALS,
  renew: async () => {},
};

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Scripted {
  readonly status: number;
  readonly body: string;
}

/** For the tests of one file; closed after the last of them. */
export async function scriptedS3() {
  const seen: Seen[] = [];
  let answer: Scripted = { status: 200, body: '' };
  const server = createServer(({ method = '', url = '', headers }, response) => {
    seen.push({ method, url, headers });
    response
      .writeHead(answer.status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQ1' })
      .end(answer.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL = endpoint;
  after(() => {
    delete process.env.AWS_ENDPOINT_URL;
    server.closeAllConnections();
    server.close();
  });
  const client = new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const aborting = new AbortController().signal;
  const network = createNetwork({ environment: process.env, sockets: 4, aborting });
  const bucket = (prefix = '') =>
    new Bucket(
      {
        location: { bucket: 'there', prefix },
        region: 'eu-west-1',
        owner: '444455556666',
        requestPayer: false,
        identity: IDENTITY,
      },
      network,
    );
  return {
    /** What was asked so far. */
    seen,
    /** The SDK's way. */
    client,
    /** The lean way. */
    bucket,
    answers(scripted: Scripted): void {
      answer = scripted;
    },
  };
}

export const KEY = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter(key => key.isWellFormed() && !key.startsWith('/'));

export const LIST_INPUT: ListObjectsV2CommandInput = {
  Bucket: 'there',
  ExpectedBucketOwner: '444455556666',
  EncodingType: 'url',
  OptionalObjectAttributes: ['RestoreStatus'],
};

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A page of ListObjectsV2 with these children. */
export function objectsPage(contents: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="${NAMESPACE}"><Name>there</Name><Prefix></Prefix><KeyCount>${contents.length}</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

/** A page of ListObjectVersions with these children. */
export function versionsPage(versions: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="${NAMESPACE}"><Name>there</Name><Prefix></Prefix><KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${versions}</ListVersionsResult>`;
}
