/**
 * Completion reports: rows of what became of the tasks, and a manifest of the files they are in.
 * Source: User Guide, batch-ops-examples-reports. Status and error code stand in the order of its sample rows, which is
 * not that of the schema it shows.
 */
import { createHash } from 'node:crypto';
import type { Access } from './access.ts';
import { encodeKey, partsOfArn } from './keys.ts';
import type { Job, Outcome } from './world.ts';

const SCHEMA = 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage';

/** Writes the report of a job that has run at least one task, under its role. */
export async function writeReport(access: Access, job: Job, now: Date): Promise<void> {
  const { request, id, outcomes } = job;
  const { Enabled, Bucket, Format, Prefix, ReportScope, ExpectedBucketOwner } = request.Report;
  if (!Enabled || outcomes.length === 0) return;
  const { bucket } = partsOfArn(Bucket);
  const folder = `${Prefix === undefined ? '' : `${Prefix}/`}job-${id}/`;
  const write = (key: string, body: string) =>
    access.ask({
      operation: 'PutObject',
      bucket,
      key,
      body: Buffer.from(body),
      headers: {
        'x-amz-server-side-encryption': 'AES256',
        'content-md5': createHash('md5').update(body).digest('base64'),
        ...(ExpectedBucketOwner !== undefined && { 'x-amz-expected-bucket-owner': ExpectedBucketOwner }),
      },
    });

  const results: object[] = [];
  const wanted = ReportScope === 'AllTasks' ? (['succeeded', 'failed'] as const) : (['failed'] as const);
  for (const status of wanted) {
    const rows = outcomes.filter(({ failure }) => (failure ? 'failed' : 'succeeded') === status).map(rowOf);
    if (rows.length === 0) continue;
    const file = rows.join('');
    const key = `${folder}results/${digest('sha1', `${id} ${status}`)}.csv`;
    await write(key, file);
    results.push({ TaskExecutionStatus: status, Bucket: bucket, MD5Checksum: digest('md5', file), Key: key });
  }
  const manifest = { Format, ReportCreationDate: now, Results: results, ReportSchema: SCHEMA };
  await write(`${folder}manifest.json`, JSON.stringify(manifest));
}

function rowOf({ bucket, key, versionId = '', failure }: Outcome): string {
  const place = [bucket, encodeKey(key), versionId];
  const result = failure
    ? ['failed', failure.status, failure.code, quoted(failure.message)]
    : ['succeeded', 200, '', 'Successful'];
  return `${[...place, ...result].join(',')}\n`;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const digest = (algorithm: 'md5' | 'sha1', text: string): string =>
  createHash(algorithm).update(text).digest('hex');
