/** Completion reports, in whichever of the ways that the User Guide shows them. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { filesIn, type ResultFile, resultsIn, type TaskResult } from '../../src/s3control/report.ts';
import { anyKeys } from '../sync/make.ts';

const SCHEMA = 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage';

function fileOf(schema: unknown = SCHEMA, TaskExecutionStatus = 'succeeded'): ResultFile {
  const index = { Results: [{ TaskExecutionStatus, Key: 'x.csv' }], ReportSchema: schema };
  const [file] = filesIn(JSON.stringify(index)) ?? [];
  assert.ok(file);
  return file;
}

async function allOf(results: AsyncIterable<TaskResult>): Promise<TaskResult[]> {
  const all: TaskResult[] = [];
  for await (const result of results) all.push(result);
  return all;
}

async function read(text: string, file = fileOf()) {
  // In chunks that end anywhere.
  const chunks = [...Buffer.from(text)].map(byte => Buffer.of(byte));
  return allOf(resultsIn(file, Readable.from(chunks)));
}

test('status and error code are told apart by what they are, not by where they stand', async () => {
  const rows = [
    'b,k,,failed,404,NoSuchKey,"Gone"',
    'b,k,,failed,NoSuchKey,404,"Gone"',
    'b,k,v,succeeded,200,,Successful',
    'b,k,v,succeeded,,200,Successful',
    'b,k,,failed,,,',
  ];
  const told = (await read(rows.join('\n'))).map(({ code, status, succeeded }) => [code, status, succeeded]);
  assert.deepEqual(told, [
    ['NoSuchKey', 404, false],
    ['NoSuchKey', 404, false],
    ['', 200, true],
    ['', 200, true],
    ['', 0, false],
  ]);
});

test('the order of the columns is the one that the report names, where it names all', async () => {
  const other = 'ResultMessage, TaskStatus, Key, Bucket, VersionId, HTTPStatusCode, ErrorCode';
  const [row] = await read('why,failed,k,b,v,403,AccessDenied\n', fileOf(other));
  assert.deepEqual(row, {
    bucket: 'b',
    key: 'k',
    versionId: 'v',
    succeeded: false,
    code: 'AccessDenied',
    status: 403,
    message: 'why',
  });
  for (const schema of ['Key, Bucket', undefined, 7, ''])
    assert.equal((await read('b,k,,succeeded,200,,', fileOf(schema)))[0]?.key, 'k', String(schema));
  const [misnamed] = await read('b,k,,succeeded,200,,', fileOf(other));
  assert.deepEqual(
    [misnamed?.key, misnamed?.succeeded],
    ['k', true],
    'rows that do not keep to it are read as usual',
  );
});

test('only the one word for success is success, and nothing may contradict it', async () => {
  for (const row of ['b,k,,done,200,,', 'b,k,,,200,,', 'b,k,,succeeded,500,,', 'b,k', ''])
    assert.equal(
      (await read(row)).every(({ succeeded }) => !succeeded),
      true,
      row,
    );
  const [row] = await read('b,k,,succeeded,200,,', fileOf(SCHEMA, 'failed'));
  assert.equal(row?.succeeded, false);
});

test('messages may have commas, quotes doubled or not, and line breaks', async () => {
  const text = 'b,k,,failed,400,X,"a ""quoted"", b\nnext"\nb,l,,failed,400,X,say "hi" loudly\n';
  const told = (await read(text)).map(({ key, message }) => [key, message]);
  assert.deepEqual(told, [
    ['k', 'a "quoted", b\nnext'],
    ['l', 'say "hi" loudly'],
  ]);
});

test('keys are decoded, and taken as they are where they are no encoding', async () => {
  const rows = ['a%20b%2Fc', '100%', 'a+b', '%e4', 'ü'].map(key => `b,${key},,succeeded,200,,`).join('\n');
  assert.deepEqual(
    (await read(rows)).map(({ key }) => key),
    ['a b/c', '100%', 'a+b', '%e4', 'ü'],
  );
});

test('every key comes back from its encoding', () =>
  fc.assert(
    fc.asyncProperty(anyKeys(), async keys => {
      const rows = keys.map(key => `b,${encodeURIComponent(key.toWellFormed())},,succeeded,200,,\n`);
      const told = (await read(rows.join(''))).map(({ key }) => key);
      assert.deepEqual(
        told,
        keys.map(key => key.toWellFormed()),
      );
    }),
    { numRuns: 50 },
  ));

test('what is no index of a report names no files', () => {
  for (const text of ['', 'null', '[]', '{}', '{"Results":"x"}', 'nonsense'])
    assert.equal(filesIn(text), undefined);
  assert.deepEqual(filesIn('{"Results":[]}'), []);
});

test('content that breaks off is an error, not an end', async () => {
  const breaking = async function* () {
    yield Buffer.from('b,k,,succeeded,200,,\n');
    throw new Error('The connection broke.');
  };
  await assert.rejects(allOf(resultsIn(fileOf(), Readable.from(breaking()))), /broke/);
});
