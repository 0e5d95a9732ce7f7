import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { NdjsonWriter, plainJson, readNdjson } from '../src/ndjson.ts';

async function file(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ndjson-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'values.ndjson');
}

async function write(path: string, values: readonly unknown[]): Promise<void> {
  const writer = new NdjsonWriter<unknown>(path);
  for (const value of values) await writer.write(value);
  await writer.close();
}

async function read(path: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const page of readNdjson(path)) values.push(...page);
  return values;
}

test('whatever is written is read back', async t => {
  const path = await file(t);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ noUnicodeString: false })), async values => {
      await write(path, values);
      assert.deepEqual(await read(path), JSON.parse(JSON.stringify(values)));
    }),
  );
});

/** Half of a surrogate pair; the type stripper does not take it as an escape. */
const LONE = String.fromCharCode(0xd800);

test('characters that end lines elsewhere do not end them here', async t => {
  const path = await file(t);
  const values = [
    '\n',
    '\r',
    '\r\n',
    '\u2028\u2029',
    '\u0085',
    '\v\f',
    '\0',
    '\ufeff',
    LONE,
    '😀',
    '',
    null,
    {},
  ];
  await write(path, values);
  assert.deepEqual(await read(path), values);
  assert.equal((await readFile(path, 'utf8')).split('\n').length, values.length + 1);
});

test('nothing written is an empty file, which holds nothing', async t => {
  const path = await file(t);
  await write(path, []);
  assert.equal((await readFile(path)).length, 0);
  assert.deepEqual(await read(path), []);
});

test('lines longer than any buffer pass, with short ones around them', async t => {
  const path = await file(t);
  // Three bytes each, so that chunks end in the middle of characters.
  const values = ['a', '日'.repeat(700_000), 'b', `${'本'.repeat(300_000)}\n`, 'c'];
  await write(path, values);
  assert.deepEqual(await read(path), values);
});

test('a long file comes back in pages, each a small part of it', async t => {
  const path = await file(t);
  const values = Array.from({ length: 60_000 }, (_, number) => ({ number, text: 'é'.repeat(number % 50) }));
  await write(path, values);
  let pages = 0;
  let largest = 0;
  let next = 0;
  for await (const page of readNdjson<{ number: number }>(path)) {
    pages++;
    largest = Math.max(largest, page.length);
    for (const { number } of page) assert.equal(number, next++);
  }
  assert.equal(next, values.length);
  assert.ok(pages > 5 && largest < values.length / 2, `${pages} pages, the largest of ${largest}`);
});

test('a file that was cut anywhere but at the end of a line is refused, however little is missing', async t => {
  const path = await file(t);
  const whole = '{"key":"a"}\n{"key":"é"}\n';
  for (const missing of [1, 2, 3, 4, 12]) {
    await writeFile(path, whole);
    await truncate(path, Buffer.byteLength(whole) - missing);
    await assert.rejects(
      read(path),
      error => error instanceof Error && error.message.includes(path),
      `${missing}`,
    );
  }
});

test('a line that is not JSON is refused', async t => {
  const path = await file(t);
  await writeFile(path, '{"key":"a"}\n{"key":\n');
  await assert.rejects(read(path), SyntaxError);
});

test('a file that is not there is refused', async t => {
  await assert.rejects(read(await file(t)), { code: 'ENOENT' });
});

const LARGE = 'x'.repeat(100_000);

test('a path that cannot be written is heard of on closing', async t => {
  const path = join(await file(t), 'below-a-file-that-is-not-there');
  await assert.rejects(write(path, []), { code: 'ENOENT' });
  await assert.rejects(write(path, ['small']), { code: 'ENOENT' });
});

test('a path that cannot be written is heard of on writing, once there is much to write', async t => {
  const path = join(await file(t), 'below-a-file-that-is-not-there');
  const writer = new NdjsonWriter<string>(path);
  let written = 0;
  const writing = async () => {
    for (; written < 100; written++) await writer.write(LARGE);
  };
  await assert.rejects(writing(), { code: 'ENOENT' });
  assert.ok(written < 3, `${written} writes went through`);
  await assert.rejects(async () => writer.write(LARGE), { code: 'ENOENT' });
});

const noFullDisk = process.platform === 'linux' ? false : 'needs /dev/full';

test('a full disk is heard of on closing', { skip: noFullDisk }, async () => {
  await assert.rejects(write('/dev/full', ['small']), { code: 'ENOSPC' });
});

test('a full disk is heard of on writing, once there is much to write', { skip: noFullDisk }, async () => {
  const writer = new NdjsonWriter<string>('/dev/full');
  const writing = async () => {
    for (let written = 0; written < 100; written++) await writer.write(LARGE);
  };
  await assert.rejects(writing(), { code: 'ENOSPC' });
  await assert.rejects(writer.close());
});

test('nothing in a line acts on a terminal or hides, and it reads back letter by letter', async () => {
  const values = [
    '\u007f\u009b31m',
    '\u202egnp',
    '\u200b\ufeff\u2028',
    '\u{e0041}',
    '\u3164',
    '\ud800',
    'ü 日本 😀 \\u202e',
  ];
  const line = plainJson(values);
  assert.match(line, /^[\x20-\x7eü日本😀]+$/u);
  assert.deepEqual(JSON.parse(line), values);
  assert.equal(plainJson({ a: 1 }, 2), '{\n  "a": 1\n}');
});
