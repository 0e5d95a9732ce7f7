/** What a summary opens with when a run had nothing to do, or came to nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunReport, Totals } from '../../src/record.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { isDubious } from '../../src/report/words.ts';
import { FAILED_CHECK, report, TOTALS } from './make.ts';

const EMPTY: Totals = {
  ...TOTALS,
  listed: 0,
  copied: 0,
  unchanged: 0,
  bytesListed: 0,
  bytesCopied: 0,
  reasons: {},
};
const LEFT_OUT: Totals = { ...EMPTY, listed: 21, skipped: 21, reasons: { 'skipped: excluded': 21 } };
const settings = { source: 's3://from/a', destination: 's3://onto' };

const VAIN: readonly [string, Partial<RunReport>, string][] = [
  ['an empty source', { totals: EMPTY }, 'The source is empty: there was nothing to copy'],
  [
    'the dry run of an empty source',
    { totals: EMPTY, mode: 'dry-run' },
    'The source is empty: there was nothing to copy',
  ],
  [
    'an empty source to verify',
    { totals: EMPTY, mode: 'verify' },
    'The source is empty: nothing was compared',
  ],
  [
    'globs that take nothing',
    { totals: LEFT_OUT, settings: { ...settings, include: ['photos/'] } },
    'include and exclude leave out all of 21 objects: there was nothing to copy',
  ],
];

for (const [what, changes, opening] of VAIN) {
  test(`${what} is no plain success: the first line says so`, () => {
    const vain = report(changes);
    assert.equal(renderSummary(vain).split('\n')[0], `## ⚠️ ${opening}`);
    assert.ok(isDubious(vain));
  });
}

test('a quiet day by the filters of age, and objects that are there already, are plain successes', () => {
  const quiet = { ...settings, include: ['a/**'], 'modified-after': '2026-11-19T00:00:00.000Z' };
  for (const well of [report({ totals: LEFT_OUT, settings: quiet }), report()]) {
    assert.equal(isDubious(well), false);
    assert.match(renderSummary(well), /^## ✅ Synced and verified$/m);
  }
});

test('a run that failed in its checks says that no object was looked at, and shows no zeros', () => {
  const text = renderSummary(
    report({
      totals: EMPTY,
      checks: [FAILED_CHECK],
      complete: false,
      verified: false,
      verdict: { ok: false, text: 'Preflight failed: source-readable.' },
      timings: { preflight: 0.1 },
    }),
  );
  assert.match(text, /^No object was looked at or changed, from <code>/m);
  assert.doesNotMatch(text, /\| Copied \||0 objects/);
});

test('a run that failed later shows its numbers, and what ended it without the name of a class', () => {
  const text = renderSummary(
    report({
      totals: EMPTY,
      complete: false,
      verdict: { ok: false, text: 'The source listing failed.' },
      failures: [
        {
          code: 'FatalError',
          reason: 'halted',
          count: 1,
          message: 'The source listing failed.',
          examples: [],
        },
      ],
      timings: { preflight: 0.1, plan: 1 },
    }),
  );
  assert.match(text, /^\| Copied \| 0 \|/m);
  assert.match(text, /^❌ \*\*The run could not go on\*\*$/m);
  assert.doesNotMatch(text, /FatalError/);
});
