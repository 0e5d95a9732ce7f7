import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectEntry, Pair } from '../../src/model/objects.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import type { Mode } from '../../src/model/settings.ts';
import type { ObjectRecord, Totals } from '../../src/record.ts';
import { type Movements, recordAsSeen, recordAsSettled, settle } from '../../src/sync/conclude.ts';
import { compareKeys } from '../../src/sync/order.ts';
import { PlanTotals } from '../../src/sync/plan.ts';
import { Tally } from '../../src/sync/totals.ts';
import { anyCuts, anyKey, anyKeys, collect, E1, E2, entry, pagesOf, settings } from './make.ts';

const PLACES = { source: settings().source.location, destination: settings().destination.location };

/** One key's way through a run: the plan, what became of it, what both buckets show afterwards, and the last word. */
interface Way {
  readonly item: PlanItem;
  readonly outcome?: Outcome;
  readonly seen?: Pair;
  readonly word: string;
  /** What was carried or found in place, so that harm done to it must be noticed. */
  readonly proven?: boolean;
}

const requestId = 'R1';
const LATER = '1a7e'.repeat(8);
const failedOutcome = (key: string): Outcome => ({
  key,
  result: 'failed',
  reason: 'denied',
  code: 'AccessDenied',
  message: 'Access Denied',
  requestId,
});

/** Every way there is. Sizes and ETags follow from what the run does, as S3 would show them. */
const WAYS = {
  'copied, missing, same ETag': key => {
    const source = entry(key, { size: 5 });
    return {
      item: { key, action: 'copy', reason: 'missing', source },
      outcome: { key, result: 'copied', etag: source.etag, bytes: 5, requestId },
      seen: { key, source, destination: entry(key, { size: 5 }) },
      word: 'copied: missing (etag)',
      proven: true,
    };
  },
  'copied over another, other ETag': key => {
    const source = entry(key, { size: 5 });
    return {
      item: {
        key,
        action: 'copy',
        reason: 'size-differs',
        source,
        destination: entry(key, { size: 6, etag: 'old' }),
      },
      outcome: { key, result: 'copied', etag: 'kms', bytes: 5, requestId },
      seen: { key, source, destination: entry(key, { size: 5, etag: 'kms' }) },
      word: 'copied: size-differs (size)',
      proven: true,
    };
  },
  'copied, overwritten after the listing': key => {
    const now = entry(key, { size: 8, etag: LATER });
    return {
      item: { key, action: 'copy', reason: 'missing', source: entry(key, { size: 5 }) },
      outcome: { key, result: 'copied', etag: LATER, bytes: 8, source: now, requestId },
      seen: { key, source: now, destination: entry(key, { size: 8, etag: LATER }) },
      word: 'copied: missing (etag)',
      proven: true,
    };
  },
  'empty object copied': key => {
    const source = entry(key, { size: 0 });
    return {
      item: { key, action: 'copy', reason: 'always', source, destination: entry(key, { size: 0 }) },
      outcome: { key, result: 'copied', etag: source.etag, bytes: 0, requestId },
      seen: { key, source, destination: entry(key, { size: 0 }) },
      word: 'copied: always (etag)',
      proven: true,
    };
  },
  'copy failed': key => ({
    item: { key, action: 'copy', reason: 'missing', source: entry(key) },
    outcome: failedOutcome(key),
    seen: { key, source: entry(key) },
    word: 'failed: denied (none)',
  }),
  'copy failed, the old one stays': key => {
    const twins = { source: entry(key), destination: entry(key, { size: 1, etag: 'old' }) };
    return {
      item: { key, action: 'copy', reason: 'size-differs', ...twins },
      outcome: failedOutcome(key),
      seen: { key, ...twins },
      word: 'failed: denied (none)',
    };
  },
  'found archived while copying': key => ({
    item: { key, action: 'copy', reason: 'missing', source: entry(key) },
    outcome: { key, result: 'skipped', reason: 'archived', requestId },
    seen: { key, source: entry(key) },
    word: 'skipped: archived (none)',
  }),
  'asked back from an archive': key => ({
    item: { key, action: 'restore', reason: 'archived', source: entry(key) },
    outcome: { key, result: 'skipped', reason: 'restore-asked', requestId },
    seen: { key, source: entry(key) },
    word: 'skipped: restore-asked (none)',
  }),
  'asked back and refused': key => ({
    item: { key, action: 'restore', reason: 'archived', source: entry(key) },
    outcome: failedOutcome(key),
    seen: { key, source: entry(key) },
    word: 'failed: denied (none)',
  }),
  'not asked back': key => ({
    item: { key, action: 'restore', reason: 'archived', source: entry(key) },
    seen: { key, source: entry(key) },
    word: 'skipped: stopped (none)',
  }),
  'not attempted': key => ({
    item: { key, action: 'copy', reason: 'missing', source: entry(key) },
    seen: { key, source: entry(key) },
    word: 'skipped: stopped (none)',
  }),
  'unchanged by ETag': key => {
    const twins = { source: entry(key), destination: entry(key) };
    return {
      item: { key, action: 'unchanged', reason: 'same-etag', ...twins },
      seen: { key, ...twins },
      word: 'unchanged: same-etag (etag)',
      proven: true,
    };
  },
  'unchanged by checksum': key => {
    const twins = { source: entry(key), destination: entry(key, { etag: E2 }) };
    return {
      item: { key, action: 'unchanged', reason: 'same-checksum', ...twins },
      seen: { key, ...twins },
      word: 'unchanged: same-checksum (checksum)',
      proven: true,
    };
  },
  'unchanged by size': key => {
    const twins = { source: entry(key), destination: entry(key, { etag: E2 }) };
    return {
      item: { key, action: 'unchanged', reason: 'same-size', ...twins },
      seen: { key, ...twins },
      word: 'unchanged: same-size (size)',
      proven: true,
    };
  },
  'never overwritten, of another size': key => {
    const twins = { source: entry(key), destination: entry(key, { size: 1, etag: E2 }) };
    return {
      item: { key, action: 'unchanged', reason: 'exists', ...twins },
      seen: { key, ...twins },
      word: 'unchanged: exists (none)',
      proven: true,
    };
  },
  excluded: key => ({
    item: {
      key,
      action: 'skip',
      reason: 'excluded',
      source: entry(key),
      destination: entry(key, { etag: E2 }),
    },
    seen: { key, source: entry(key), destination: entry(key, { etag: E2 }) },
    word: 'skipped: excluded (none)',
  }),
  'cannot be carried': key => ({
    item: { key, action: 'fail', reason: 'key-too-long', source: entry(key) },
    seen: { key, source: entry(key) },
    word: 'failed: key-too-long (none)',
  }),
  deleted: key => ({
    item: { key, action: 'delete', reason: 'extraneous', destination: entry(key) },
    outcome: { key, result: 'deleted', requestId },
    word: 'deleted: extraneous (none)',
  }),
  'deletion failed': key => ({
    item: { key, action: 'delete', reason: 'extraneous', destination: entry(key) },
    outcome: failedOutcome(key),
    seen: { key, destination: entry(key) },
    word: 'kept: delete-failed (none)',
  }),
  'deletion not attempted': key => ({
    item: { key, action: 'delete', reason: 'extraneous', destination: entry(key) },
    seen: { key, destination: entry(key) },
    word: 'kept: delete-refused (none)',
  }),
  kept: key => ({
    item: { key, action: 'keep', reason: 'delete-not-asked', destination: entry(key) },
    seen: { key, destination: entry(key) },
    word: 'kept: delete-not-asked (none)',
  }),
} as const satisfies Record<string, (key: string) => Way>;

type WayName = keyof typeof WAYS;
const WAY_NAMES = Object.keys(WAYS) as WayName[];
const PROVEN = WAY_NAMES.filter(name => 'proven' in WAYS[name]('k'));

const anyRun = anyKeys().chain(keys =>
  fc
    .array(fc.constantFrom(...WAY_NAMES), { minLength: keys.length, maxLength: keys.length })
    .map(names => names.map((name, index): Way => WAYS[name](keys[index] ?? ''))),
);

interface Ending {
  readonly records: ObjectRecord[];
  readonly totals: Totals;
  readonly movements: Movements;
}

const outcomesOf = (ways: readonly Way[]) => ways.flatMap(({ outcome }) => outcome ?? []);
const seenOf = (ways: readonly Way[]) => ways.flatMap(({ seen }) => seen ?? []);
const wordsOf = (records: readonly ObjectRecord[]) =>
  records.map(({ action, reason, proof }) => `${action}: ${reason} (${proof})`);

function count(ways: readonly Way[], records: readonly ObjectRecord[]): Totals {
  const planned = new PlanTotals();
  for (const { item } of ways) planned.count(item);
  const tally = new Tally();
  for (const record of records) tally.count(record);
  return tally.totals(planned.listed);
}

/** The end of a run that looks at both buckets once more. */
async function look(ways: readonly Way[], seen = seenOf(ways), cuts = [3]): Promise<Ending> {
  const movements: Movements = { appeared: 0, movedOn: 0 };
  const settled = settle(
    pagesOf(
      ways.map(({ item }) => item),
      cuts,
    ),
    pagesOf(outcomesOf(ways), cuts),
  );
  const records = await collect(recordAsSeen(settled, pagesOf(seen, cuts), PLACES, movements));
  return { records, totals: count(ways, records), movements };
}

/** The end of a run that does not. */
async function doNotLook(ways: readonly Way[], mode: Mode): Promise<Ending> {
  const settled = settle(pagesOf(ways.map(({ item }) => item)), pagesOf(outcomesOf(ways)));
  const records = await collect(recordAsSettled(settled, mode, PLACES));
  return { records, totals: count(ways, records), movements: { appeared: 0, movedOn: 0 } };
}

for (const name of WAY_NAMES) {
  const way: Way = WAYS[name]('k');
  test(`${name}: ${way.word}`, async () => {
    const { records, movements } = await look([way]);
    assert.deepEqual(wordsOf(records), [way.word]);
    assert.deepEqual(movements, { appeared: 0, movedOn: 0 });
  });
}

test('every planned object gets one record, in key order, and the accounts close', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, anyCuts, async (ways, cuts) => {
      const { records, totals, movements } = await look(ways, seenOf(ways), cuts);
      assert.deepEqual(
        records.map(({ destinationKey }) => destinationKey),
        ways.map(({ item }) => `out/${item.key}`),
      );
      assert.deepEqual(
        wordsOf(records),
        ways.map(({ word }) => word),
      );
      assert.equal(totals.listed, totals.copied + totals.unchanged + totals.skipped + totals.failed);
      assert.equal(totals.listed + totals.deleted + totals.kept, ways.length);
      assert.deepEqual(movements, { appeared: 0, movedOn: 0 });
    }),
    { numRuns: 300 },
  );
});

/** Harm done to an object at the destination behind the run's back, and the reason it must be told with. */
const HARM: Readonly<Record<string, (twin: ObjectEntry) => ObjectEntry | undefined>> = {
  missing: () => undefined,
  size: twin => ({ ...twin, size: twin.size + 1, etag: 'tampered' }),
  truncated: twin => ({ ...twin, size: twin.size === 0 ? 1 : 0, etag: 'tampered' }),
  etag: twin => ({ ...twin, etag: 'tampered' }),
};

function harmed(
  seen: readonly Pair[],
  key: string,
  harm: (twin: ObjectEntry) => ObjectEntry | undefined,
): Pair[] {
  return seen.map(pair => {
    if (pair.key !== key || pair.source === undefined || pair.destination === undefined) return pair;
    const destination = harm(pair.destination);
    return { key, source: pair.source, ...(destination !== undefined && { destination }) };
  });
}

/** What the closing listing proves wrong, by what was done to it. */
const TOLD: Readonly<Record<string, (way: Way) => readonly string[]>> = {
  missing: () => ['missing', 'Missing'],
  size: () => ['size-differs', 'SizeDiffers'],
  truncated: () => ['size-differs', 'SizeDiffers'],
  // An object that was never overwritten may have another size than the source, and then size is what is seen first.
  etag: ({ item }) =>
    item.reason === 'exists' ? ['size-differs', 'SizeDiffers'] : ['content-differs', 'EtagDiffers'],
};

for (const [kind, harm] of Object.entries(HARM)) {
  for (const name of PROVEN) {
    test(`tampering (${kind}) is noticed: ${name}`, async () => {
      const way: Way = WAYS[name]('k');
      const { records, totals } = await look([way], harmed(seenOf([way]), 'k', harm));
      const [record] = records;
      assert.deepEqual([record?.reason, record?.error?.code], TOLD[kind]?.(way));
      assert.equal(record?.action, 'failed');
      assert.equal(record?.proof, 'none');
      assert.equal(totals.failed, 1);
      const { none, ...proven } = totals.proofs;
      assert.deepEqual(
        [none, ...Object.values(proven)].every(number => number === 0),
        true,
      );
    });
  }
}

test('a size that changed under the same ETag is noticed too', async () => {
  for (const name of PROVEN.filter(name => name !== 'never overwritten, of another size')) {
    const way: Way = WAYS[name]('k');
    const seen = harmed(seenOf([way]), 'k', twin => ({ ...twin, size: twin.size + 1 }));
    assert.deepEqual(wordsOf((await look([way], seen)).records), ['failed: size-differs (none)'], name);
  }
});

test('in any run, each tampering makes exactly one more failed record, and it names the key', async () => {
  let met = 0;
  await fc.assert(
    fc.asyncProperty(
      anyRun,
      fc.nat(),
      fc.constantFrom(...Object.values(HARM)),
      anyCuts,
      async (ways, pick, harm, cuts) => {
        const proven = ways.filter(way => way.proven);
        const victim = proven[pick % Math.max(1, proven.length)]?.item.key;
        if (victim === undefined) return;
        met++;
        const before = await look(ways);
        const after = await look(ways, harmed(seenOf(ways), victim, harm), cuts);
        assert.equal(after.totals.failed, before.totals.failed + 1);
        const changed = after.records.filter(
          (record, index) => record.action !== before.records[index]?.action,
        );
        assert.deepEqual(
          changed.map(({ key, action }) => [key, action]),
          [[`in/${victim}`, 'failed']],
        );
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(met > 100, `only ${met} runs had something to tamper with`);
});

test('another write of the very same content is no failure', async () => {
  const way = WAYS['copied over another, other ETag']('k');
  const rewritten = harmed(seenOf([way]), 'k', twin => ({ ...twin, etag: E1, modified: 9_999 }));
  assert.deepEqual(wordsOf((await look([way], rewritten)).records), ['copied: size-differs (etag)']);
});

test('what the plan learned of checksums does not hold for an object that was written since', async () => {
  const way = WAYS['unchanged by checksum']('k');
  const rewritten = harmed(seenOf([way]), 'k', twin => ({ ...twin, etag: E1, modified: 9_999 }));
  assert.deepEqual(wordsOf((await look([way], rewritten)).records), ['unchanged: same-checksum (etag)']);
});

/** What the source may do after it was listed: nobody's fault, and counted. */
const MOVES: Readonly<Record<string, (source: ObjectEntry) => ObjectEntry | undefined>> = {
  removed: () => undefined,
  overwritten: source => ({ ...source, etag: 'moved', size: source.size + 7, modified: 9_999 }),
};

for (const [kind, move] of Object.entries(MOVES)) {
  test(`source objects that are ${kind} during the run are counted, and change no record`, async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.infiniteStream(fc.boolean()), async (ways, dice) => {
        let moved = 0;
        const skipped = new Set(
          ways.filter(({ item }) => item.action === 'skip').map(({ item }) => item.key),
        );
        const seen = seenOf(ways).flatMap((pair): Pair[] => {
          if (pair.source === undefined || !dice.next().value) return [pair];
          if (!skipped.has(pair.key)) moved++;
          const source = move(pair.source);
          const { key, destination } = pair;
          if (source !== undefined) return [{ ...pair, source }];
          return destination === undefined ? [] : [{ key, destination }];
        });
        const ending = await look(ways, seen);
        assert.deepEqual(ending.movements, { appeared: 0, movedOn: moved });
        assert.deepEqual(ending.records, (await look(ways)).records);
      }),
    );
  });
}

test('source objects that appear during the run are counted, and get no record', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, fc.uniqueArray(anyKey, { maxLength: 5 }), async (ways, keys) => {
      const planned = new Set(ways.map(({ item }) => item.key));
      const fresh = keys.filter(key => !planned.has(key));
      const seen = [...seenOf(ways), ...fresh.map((key): Pair => ({ key, source: entry(key) }))];
      const ending = await look(
        ways,
        seen.sort((a, b) => compareKeys(a.key, b.key)),
      );
      assert.deepEqual(ending.movements, { appeared: fresh.length, movedOn: 0 });
      assert.equal(ending.records.length, ways.length);
    }),
  );
});

test('a source object that appears under a key only the destination had is counted as appeared', async () => {
  for (const name of ['deleted', 'kept'] as const) {
    const way: Way = WAYS[name]('k');
    const seen: Pair = { key: 'k', ...way.seen, source: entry('k') };
    const { movements, records } = await look([way], [seen]);
    assert.deepEqual(wordsOf(records), [way.word], name);
    assert.deepEqual(movements, { appeared: 1, movedOn: 0 }, name);
  }
});

test('an object that someone else put at the destination is nobody’s business', async () => {
  const way = WAYS['copied, missing, same ETag']('k');
  const { records, movements } = await look(
    [way],
    [...seenOf([way]), { key: 'other', destination: entry('other') }],
  );
  assert.equal(records.length, 1);
  assert.deepEqual(movements, { appeared: 0, movedOn: 0 });
});

test('a deleted object that is there again is kept, not failed: the accounts are about source objects', async () => {
  const way = WAYS.deleted('k');
  const { records, totals } = await look([way], [{ key: 'k', destination: entry('k', { etag: 'again' }) }]);
  assert.deepEqual(wordsOf(records), ['kept: delete-failed (none)']);
  assert.equal(records[0]?.error?.code, 'StillThere');
  assert.deepEqual([totals.deleted, totals.kept, totals.undeleted, totals.failed], [0, 1, 1, 0]);
});

test('a record says where from, where to, what it was and what S3 said', async () => {
  const [copied] = (await look([WAYS['copied over another, other ETag']('a/k')])).records;
  assert.deepEqual(copied, {
    key: 'in/a/k',
    destinationKey: 'out/a/k',
    size: 5,
    action: 'copied',
    reason: 'size-differs',
    proof: 'size',
    sourceEtag: E1,
    destinationEtag: 'kms',
    requestId,
  });
  const [failed] = (await look([WAYS['copy failed']('k')])).records;
  assert.deepEqual(failed, {
    key: 'in/k',
    destinationKey: 'out/k',
    size: 100,
    action: 'failed',
    reason: 'denied',
    proof: 'none',
    error: { code: 'AccessDenied', message: 'Access Denied' },
    sourceEtag: E1,
    requestId,
  });
  const [deleted] = (await look([WAYS.deleted('k')])).records;
  assert.deepEqual(deleted, {
    key: 'out/k',
    destinationKey: 'out/k',
    size: 100,
    action: 'deleted',
    reason: 'extraneous',
    proof: 'none',
    destinationEtag: E1,
    requestId,
  });
  const [overwritten] = (await look([WAYS['copied, overwritten after the listing']('k')])).records;
  assert.deepEqual([overwritten?.size, overwritten?.sourceEtag], [8, LATER]);
});

test('an outcome that nobody planned stops everything', async () => {
  const outcome: Outcome = { key: 'b', result: 'deleted', requestId };
  const settled = settle(pagesOf<PlanItem>([WAYS.excluded('a').item]), pagesOf([outcome]));
  await assert.rejects(collect(settled), /^RangeError: An outcome without a plan: "b"/);
});

/** What a plan that nothing was done about is called in each mode. */
const UNDONE: readonly [WayName, string, string][] = [
  ['not attempted', 'would-copy: missing (none)', 'failed: missing (none)'],
  ['copied over another, other ETag', 'would-copy: size-differs (none)', 'failed: size-differs (none)'],
  ['unchanged by ETag', 'unchanged: same-etag (etag)', 'unchanged: same-etag (etag)'],
  ['unchanged by checksum', 'unchanged: same-checksum (checksum)', 'unchanged: same-checksum (checksum)'],
  ['unchanged by size', 'unchanged: same-size (size)', 'unchanged: same-size (size)'],
  ['excluded', 'skipped: excluded (none)', 'skipped: excluded (none)'],
  ['cannot be carried', 'failed: key-too-long (none)', 'failed: key-too-long (none)'],
  ['deletion not attempted', 'would-delete: extraneous (none)', 'kept: extraneous (none)'],
  ['kept', 'kept: delete-not-asked (none)', 'kept: delete-not-asked (none)'],
];

for (const [name, inDryRun, inVerify] of UNDONE) {
  const { item }: Way = WAYS[name]('k');
  const way: Way = { item, word: '' };
  test(`${item.action}: ${item.reason} is "${inDryRun}" in a dry run and "${inVerify}" in mode verify`, async () => {
    assert.deepEqual(wordsOf((await doNotLook([way], 'dry-run')).records), [inDryRun]);
    assert.deepEqual(wordsOf((await doNotLook([way], 'verify')).records), [inVerify]);
  });
}

test('the accounts close in every mode, whatever was planned', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, fc.constantFrom<Mode>('dry-run', 'verify'), async (ways, mode) => {
      const undone = ways.map(({ item }): Way => ({ item, word: '' }));
      const { totals } = await doNotLook(undone, mode);
      assert.equal(totals.listed, totals.copied + totals.unchanged + totals.skipped + totals.failed);
      assert.equal(totals.listed + totals.deleted + totals.kept, ways.length);
      if (mode === 'verify') assert.deepEqual([totals.copied, totals.deleted], [0, 0]);
    }),
  );
});

test('without a second look nothing that was copied is called proven', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async ways => {
      const { records } = await doNotLook(ways, 'sync');
      const bare = (word: string) => (word.startsWith('copied') ? word.replace(/\(.*\)/, '(none)') : word);
      assert.deepEqual(
        wordsOf(records),
        ways.map(({ word }) => bare(word)),
      );
    }),
  );
});
