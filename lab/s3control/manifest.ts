/**
 * Manifests of the format S3BatchOperations_CSV_20180820: the objects of a job, one a line.
 * Source: User Guide, batch-ops-create-job and troubleshooting-batch-operations (the words). Codes are not documented.
 */

import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { JobManifest } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import type { LabResponse } from '../kinds.ts';
import type { Access } from './access.ts';
import { failureOf } from './errors.ts';
import { decodeKey, partsOfArn } from './keys.ts';
import type { Task } from './world.ts';

/** Reads the manifest of a job under its role. */
export async function readManifest(
  access: Access,
  { Spec, Location }: JobManifest,
): Promise<readonly Task[]> {
  const { bucket, key } = partsOfArn(Location?.ObjectArn);
  const versionId = Location?.ObjectVersionId;
  const response = await access
    .ask({ operation: 'GetObject', bucket, key, ...(versionId !== undefined && { query: { versionId } }) })
    .catch(error => {
      const { status, code, message } = failureOf(error);
      throw new AwsError(status, code, `Failed to read manifest: ${message}`);
    });
  assertAsDeclared(response, Location?.ETag ?? '');
  const body = response.body ?? '';
  const text = body instanceof Readable ? await textOf(body) : String(body);
  return tasksIn(text, Spec?.Fields ?? []);
}

function assertAsDeclared({ headers = {} }: LabResponse, etag: string): void {
  if (headers.etag !== `"${etag}"`)
    throw invalid(`The ETag of the manifest is ${headers.etag} and not ${etag}`);
  if (headers['x-amz-server-side-encryption'] !== 'AES256')
    throw invalid('Manifests must be encrypted with Amazon S3 managed keys (SSE-S3)');
}

function tasksIn(text: string, fields: readonly string[]): readonly Task[] {
  if (text.startsWith('\ufeff')) throw unformed('It begins with a byte order mark.');
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const tasks = lines.map((line, index) => taskOf(line, fields, index + 1));
  const [first] = tasks;
  const mixed = tasks.find(({ versionId }) => (versionId === undefined) !== (first?.versionId === undefined));
  if (mixed) throw invalid('Version IDs must be given for all objects or for none');
  const other = tasks.find(({ bucket }) => bucket !== first?.bucket);
  if (other) throw invalid(`All objects must be in one bucket, not in ${first?.bucket} and ${other.bucket}`);
  return tasks;
}

function taskOf(line: string, fields: readonly string[], number: number): Task {
  const columns = line.split(',').map(unquoted);
  if (columns.length !== fields.length)
    throw unformed(`Line ${number} has ${columns.length} columns and not ${fields.length}.`);
  const column = (field: string): string => columns[fields.indexOf(field)] ?? '';
  const versionId = column('VersionId');
  if (/[^\w.-]/.test(versionId)) throw invalid(`Invalid version ID format in line ${number}`);
  if (column('Bucket') === '' || column('Key') === '')
    throw unformed(`Line ${number} lacks a bucket or a key.`);
  return {
    bucket: column('Bucket'),
    key: decodeKey(column('Key')),
    versionId: versionId || undefined,
  };
}

const unquoted = (column: string): string => column.replace(/^"(.*)"$/, '$1');

const unformed = (how: string): AwsError => invalid(`Manifest file is not properly formatted. ${how}`);

const invalid = (message: string): AwsError =>
  new AwsError(400, 'InvalidManifest', `Invalid Manifest Content: ${message}`);
