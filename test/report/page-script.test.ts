/** The script of the page, as far as it needs no browser. What it does on a page: `npm run look`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrange, type Wish } from '../../src/report/page/browser/arrange.ts';
import { shelveFile } from '../../src/report/page/browser/file-shelf.ts';
import { readLines } from '../../src/report/page/browser/lines.ts';
import { makeColumns } from '../../src/report/page/browser/shelf.ts';
import { script } from '../../src/report/page/script.ts';

const WORST_FIRST = ['failed', 'copied', 'unchanged'];
const always = () => true;

function recordOf(index: number, differently: object = {}) {
  const action = WORST_FIRST[index % 3];
  return {
    key: `key-${index}`,
    action,
    reason: `r${index % 5}`,
    proof: 'etag',
    size: (index * 7919) % 1000,
    ...differently,
  };
}

function fileOf(records: readonly object[]): Blob {
  return new Blob(records.map(record => `${JSON.stringify(record)}\n`));
}

function open(file: Blob, told: (share: number) => boolean = always) {
  return shelveFile(
    file,
    {
      columns: makeColumns(),
      readLines,
      visible: text => text,
      newRow: () => assert.fail('no row is shown'),
    },
    told,
  );
}

test('lines are found wherever chunks end, with their places in bytes', async () => {
  const texts = ['', 'a', 'é😀', 'x'.repeat(200_000), '\\n', 'y'.repeat(65_535), 'z'.repeat(65_536), 'last'];
  const file = new Blob([texts.join('\n')]);
  const seen: string[] = [];
  const places: [number, number][] = [];
  assert.equal(
    await readLines(
      file,
      (line, start, end) => {
        seen.push(line);
        places.push([start, end]);
      },
      always,
    ),
    true,
  );
  const full = texts.filter(text => text !== '');
  assert.deepEqual(seen, full);
  assert.deepEqual(await Promise.all(places.map(([start, end]) => file.slice(start, end).text())), full);
});

test('reading ends when nobody wants to know any more', async () => {
  const file = fileOf(Array.from({ length: 20_000 }, (_, index) => recordOf(index)));
  let lines = 0;
  assert.equal(
    await readLines(
      file,
      () => lines++,
      () => false,
    ),
    false,
  );
  assert.ok(lines < 20_000);
  assert.equal(await open(file, () => false), undefined);
});

test('a file is kept as numbers, and searched by keys and errors', async () => {
  const shelf = await open(
    fileOf([
      recordOf(0, { error: { code: 'AccessDenied', message: 'No.' }, requestId: 'REQ7' }),
      ...Array.from({ length: 3000 }, (_, index) => recordOf(index + 1)),
    ]),
  );
  assert.equal(shelf?.length, 3001);
  assert.deepEqual([...shelf.sizes.slice(0, 3), shelf.lines[3000]], [0, 919, 838, 3001]);
  const found = async (text: string) =>
    (await shelf.search(text, always))?.reduce((sum, mark) => sum + mark, 0);
  assert.deepEqual(
    [await found('ACCESSdenied'), await found('req7'), await found('key-30'), await found('nope')],
    [1, 1, 12, 0],
  );
});

test('a line that is none of objects.ndjson is named', async () => {
  await assert.rejects(
    open(new Blob([`${JSON.stringify(recordOf(1))}\nno JSON\n`])),
    /^Error: Line 2 is none of objects\.ndjson: /,
  );
  await assert.rejects(
    open(fileOf([{ some: 'thing' }])),
    /Line 1 is none of objects\.ndjson: it has no "key"/,
  );
  const odd = Array.from({ length: 300 }, (_, index) => recordOf(index, { reason: `r${index}` }));
  await assert.rejects(open(fileOf(odd)), /Line 256 is none of objects\.ndjson: too many different words/);
});

test('objects are shown in the order and the choice that is wished for', async () => {
  const records = Array.from({ length: 500 }, (_, index) => recordOf(index));
  const shelf = await open(fileOf(records));
  assert.ok(shelf);
  const wishes: fc.Arbitrary<Wish> = fc.record({
    action: fc.constantFrom('', ...WORST_FIRST),
    reason: fc.constantFrom('', 'r0', 'r4'),
    by: fc.constantFrom('action', 'reason', 'proof', 'size', 'line'),
    descending: fc.boolean(),
  });
  fc.assert(
    fc.property(wishes, wish => {
      const rank = (index: number) => {
        const record = records[index] as ReturnType<typeof recordOf>;
        if (wish.by === 'size') return record.size;
        if (wish.by === 'line') return index;
        return wish.by === 'action'
          ? WORST_FIRST.indexOf(record.action ?? '')
          : wish.by === 'proof'
            ? 0
            : Number(record.reason.slice(1));
      };
      const expected = [...records.keys()]
        .filter(index => wish.action === '' || records[index]?.action === wish.action)
        .filter(index => wish.reason === '' || records[index]?.reason === wish.reason)
        .sort((a, b) => (wish.descending ? rank(b) - rank(a) : rank(a) - rank(b)) || a - b);
      assert.deepEqual([...arrange(shelf, wish, undefined, WORST_FIRST)], expected);
    }),
  );
  const found = Uint8Array.from(records, (_, index) => (index < 9 ? 1 : 0));
  const wish: Wish = { action: 'failed', reason: '', by: 'line', descending: true };
  assert.deepEqual([...arrange(shelf, wish, found, WORST_FIRST)], [6, 3, 0]);
});

test('the script stands for itself: it parses, and nothing in it ends its element', () => {
  assert.doesNotThrow(() => new Function(script()));
  assert.doesNotMatch(script(), /<\/script|<!--|\bimport\b/i);
});
