import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { listInRanges, type RangesOptions } from '../../src/s3/ranges/ranges.ts';
import type { Page } from '../../src/s3/ranges/segment.ts';
import { compareKeys } from '../../src/sync/order.ts';
import { entry } from '../sync/make.ts';

const PAGE = 1_000;
const OPTIONS: RangesOptions = { workers: 32, window: 128 };

interface Cost {
  readonly requests: number;
  /** Latencies of one request that the whole listing takes, with a consumer that takes no time. */
  readonly rounds: number;
}

/** Every request in flight takes one round. Checks on the way that the keys arrive as they are. */
async function costOf(keys: readonly string[], options = OPTIONS): Promise<Cost> {
  let requests = 0;
  let answers: (() => void)[] = [];
  const fetch = (after: string | undefined): Promise<Page> => {
    requests++;
    const start = after === undefined ? 0 : firstAbove(keys, after);
    const end = Math.min(start + PAGE, keys.length);
    const page = { entries: keys.slice(start, end).map(key => entry(key)), more: end < keys.length };
    return new Promise(resolve => answers.push(() => resolve(page)));
  };

  let listed = 0;
  let isOver = false;
  const consumer = (async () => {
    for await (const page of listInRanges(fetch, options))
      for (const { key } of page) if (key !== keys[listed++]) assert.fail(`${key} is out of place`);
    isOver = true;
  })();
  let rounds = 0;
  for (; ; rounds++) {
    await new Promise(resolve => setImmediate(resolve));
    if (isOver || answers.length === 0) break;
    const arriving = answers;
    answers = [];
    for (const answer of arriving) answer();
  }
  await consumer;
  assert.equal(listed, keys.length);
  return { requests, rounds };
}

function firstAbove(keys: readonly string[], after: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle] ?? '', after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const many = (count: number, key: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => key(i)).sort();
const digits = (i: number, width = 7) => String(i).padStart(width, '0');
const hex = (i: number, length: number) => createHash('md5').update(`${i}`).digest('hex').slice(0, length);
const uuid = (i: number) => hex(i, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
const DAYS = Array.from({ length: 200 }, (_, i) =>
  new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10).replaceAll('-', '/'),
);
const day = (i: number) => DAYS[i % DAYS.length];

const differentFolders = () =>
  [
    many(300, i => `a/readme-${i}`),
    many(30_000, i => `data/${digits(i)}.bin`),
    many(30_000, i => `images/${uuid(i)}.jpg`),
    many(30_000, i => `logs/${day(i % 200)}/${hex(i, 12)}`),
    many(30_000, i => `tmp/${'x'.repeat(600)}/${digits(i)}`),
    many(20_000, i => `z/${i.toString(36)}`),
    many(10, i => `😀${i}`),
  ].flat();
const foldersOfThreePages = () => many(60_000, i => `${hex(i % 20, 32)}/${digits(i)}`);
const cjk = (i: number) => String.fromCodePoint(0x4e00 + (i % 5_000));

/** Names, keys, how many requests for each full page there may be, and how many rounds. */
const SHAPES: readonly [string, () => string[], number, number][] = [
  ['a million numbers', () => many(1_000_000, i => `obj${digits(i)}`), 1.1, 42],
  ['numbers without leading zeros', () => many(60_000, i => `file-${i}.txt`), 1.25, 17],
  ['digests', () => many(60_000, i => hex(i, 32)), 1.2, 11],
  ['UUIDs in a folder', () => many(60_000, i => `users/${uuid(i)}/avatar.png`), 1.2, 11],
  ['a page and a half a day', () => many(90_000, i => `logs/${day(i % 100)}/${uuid(i)}.gz`), 1.35, 18],
  ['five pages a day', () => many(200_000, i => `logs/${day(i % 40)}/host-${digits(i, 8)}.gz`), 1.3, 24],
  ['a prefix of 900 bytes', () => many(60_000, i => `${'deep/'.repeat(180)}${digits(i)}`), 1.2, 11],
  ['many small folders', () => many(60_000, i => `customer-${hex(i % 2_000, 20)}/${digits(i)}.pdf`), 1.5, 11],
  ['many folders of three pages', foldersOfThreePages, 1.6, 26],
  ['CJK characters', () => many(60_000, i => `文書/${cjk(i)}/${digits(i)}`), 1.6, 13],
  ['different folders', differentFolders, 1.25, 21],
];

for (const [name, make, most, latest] of SHAPES) {
  test(`${name}: many places at once, few requests in vain`, async t => {
    const keys = make();
    const pages = Math.ceil(keys.length / PAGE);
    const { requests, rounds } = await costOf(keys);
    t.diagnostic(`${pages} pages, ${requests} requests, ${rounds} rounds`);
    assert.ok(requests <= pages * most, `${requests} requests for ${pages} pages`);
    assert.ok(rounds <= latest, `${rounds} rounds`);
  });
}

const NARROW: RangesOptions = { workers: 16, window: 32 };

test('a narrow window is kept for what the consumer needs first', async t => {
  const { requests, rounds } = await costOf(differentFolders(), NARROW);
  t.diagnostic(`${requests} requests, ${rounds} rounds`);
  assert.ok(rounds <= 45, `${rounds} rounds`);
});

test('what was fetched in vain takes no room in the window', async t => {
  const { requests, rounds } = await costOf(foldersOfThreePages(), NARROW);
  t.diagnostic(`${requests} requests, ${rounds} rounds`);
  assert.ok(requests > 60 + NARROW.window, `only ${requests} requests`);
});

/** Keys, and how many requests there may be. */
const SMALL: readonly [number, number][] = [
  [0, 1],
  [1, 1],
  [1_000, 1],
  [1_001, 3],
  [1_500, 3],
  [5_000, 8],
];

for (const [count, most] of SMALL) {
  test(`${count} keys take ${most} requests at most`, async () => {
    for (const key of [digits, uuid]) {
      const { requests } = await costOf(many(count, i => key(i)));
      assert.ok(requests <= most, `${requests} requests`);
    }
  });
}
