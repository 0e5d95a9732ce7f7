import assert from 'node:assert/strict';
import { test } from 'node:test';
import { list } from '../../src/s3/list.ts';
import { removeAll } from '../../src/s3/remove.ts';
import { bucketsOnLab } from './on-lab.ts';

/** A bucket with these keys, and what is said of them when all of them are deleted. */
async function remove(keys: readonly string[], meanwhile: (bucket: OnLab) => void = () => {}) {
  const on = await bucketsOnLab();
  try {
    const { there, here } = on.destination;
    for (const key of keys) there.put(key, 'listed');
    const said = new Map<string, string>();
    for await (const removals of removeAll(
      here,
      listedBefore(here, () => meanwhile(on)),
    ))
      for (const { key, result } of removals) said.set(key, result);
    return { there, said };
  } finally {
    await on.close();
  }
}

type OnLab = Awaited<ReturnType<typeof bucketsOnLab>>;

async function* listedBefore(bucket: Parameters<typeof list>[0], then: () => void) {
  for await (const page of list(bucket)) {
    then();
    yield page;
  }
}

/** White space that a reader of XML may trim, join or take for nothing, among what it has to keep. */
const BLANK = [
  '\n',
  ' \n',
  '\r',
  'a\rb',
  'a\r\nb',
  '\t',
  ' ',
  ' x ',
  '\u0085',
  'a\u2028b',
  '\u00a0',
  '\ufeff',
];

test('an object that is no longer the one listed stays, and is not called deleted, whatever its key', async () => {
  const { there, said } = await remove(BLANK, ({ destination }) => {
    for (const key of BLANK) destination.there.put(key, 'written meanwhile');
  });
  assert.deepEqual([...said.entries()].sort(), BLANK.map(key => [key, 'failed']).sort());
  assert.equal(there.size, BLANK.length);
});

test('keys of white space are deleted', async () => {
  const { there, said } = await remove(BLANK);
  assert.deepEqual([...said.entries()].sort(), BLANK.map(key => [key, 'deleted']).sort());
  assert.equal(there.size, 0);
});

for (const [what, inside] of [
  ['an error that names another key', '<Error><Key>A</Key><Code>InternalError</Code></Error>'],
  ['a list of other keys', '<Deleted><Key>A</Key></Deleted>'],
  ['nothing', ''],
]) {
  test(`what is not deleted is not called so by an answer with ${what}, and what is gone is`, async () => {
    const { there, said } = await remove(['gone', 'there'], ({ lab, destination }) => {
      destination.there.put('there', 'written meanwhile');
      const body = `<?xml version="1.0"?><DeleteResult>${inside}</DeleteResult>`;
      lab.faults.add({ operation: 'DeleteObjects', kind: 'forge', answer: () => ({ status: 200, body }) });
    });
    assert.deepEqual(Object.fromEntries(said), { gone: 'deleted', there: 'failed' });
    assert.deepEqual(there.keys(), ['there']);
  });
}

test('what was deleted before a stop is told', async () => {
  const aborting = new AbortController();
  const on = await bucketsOnLab({ aborting: aborting.signal });
  const { there, here } = on.destination;
  for (const key of ['a', '\n', 'b']) there.put(key, 'listed');
  on.lab.faults.when({ operation: 'DeleteObject' }, () => aborting.abort());
  const said: string[] = [];
  const removing = async () => {
    for await (const removals of removeAll(here, list(here))) said.push(...removals.map(({ key }) => key));
  };
  await assert.rejects(removing(), { name: 'StoppedError' });
  assert.deepEqual(said, ['a', 'b']);
  await on.close();
});
