/** Whatever a run has to tell, GitHub takes it: summary, comment and annotations stay below what is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { visible } from '../../src/errors.ts';
import { tellFindings } from '../../src/job/telling/tell-findings.ts';
import type { Log } from '../../src/model/log.ts';
import type { RunReport } from '../../src/record.ts';
import { COMMENT_LIMIT, renderComment } from '../../src/report/comment.ts';
import { renderSummary, SUMMARY_LIMIT } from '../../src/report/summary.ts';
import { FAILED_CHECK, FAILURE, report, TOTALS } from './make.ts';

/** Of the step summary, in bytes; of an annotation, in characters; errors of a step that are shown. */
const [GITHUB_SUMMARY, GITHUB_ANNOTATION, GITHUB_ERRORS] = [1024 ** 2, 4096, 10];

/** From nothing to a megabyte, of what grows most on its way to a page. */
const text = fc
  .tuple(
    fc.constantFrom('x', ' ', '@', '`', '\n', '|', '\u202e', '\ud800', '💾', '# ', '</details>'),
    fc.constantFrom(0, 1, 150, 2500, 100_000, 1_000_000),
  )
  .map(([what, length]) => what.repeat(length).slice(0, length));

const some = (most: number) => fc.constantFrom(0, 1, 7, most);
const verdict = fc.constantFrom('pass', 'warn', 'fail', 'unknown');

const reports: fc.Arbitrary<RunReport> = fc
  .record({
    mode: fc.constantFrom('sync', 'dry-run', 'verify', 'health', 'preflight'),
    ok: fc.boolean(),
    complete: fc.boolean(),
    words: fc.tuple(text, text, text, text, text),
    groups: some(10_000),
    examples: some(5),
    checks: some(1000),
    verdict,
    notes: some(1000),
  })
  .map(({ mode, ok, complete, words: [a, b, c, d, e], groups, examples, checks, verdict, notes }) =>
    report({
      mode,
      complete,
      verdict: { ok, text: a },
      settings: { source: b, destination: c, include: Array(1000).fill(b) },
      identities: [{ side: 'source', account: a, arn: b, how: 'oidc' }],
      regions: { source: c, destination: d },
      checks: Array.from({ length: checks }, () => ({
        ...FAILED_CHECK,
        verdict,
        seen: d,
        fix: { todo: e, paste: a },
      })),
      failures: Array.from({ length: groups }, (_, index) => ({
        ...FAILURE,
        count: index + 1,
        code: c,
        message: b,
        requestId: e,
        examples: Array(examples).fill(d),
        fix: { todo: a, paste: e },
      })),
      notes: Array(notes).fill(e),
      totals: { ...TOTALS, reasons: Object.fromEntries([a, b, c].map(reason => [`failed: ${reason}`, 1])) },
      runUrl: a,
    }),
  );

test('the summary is below 1 MiB, begins with the verdict and has the totals', () => {
  fc.assert(
    fc.property(reports, each => {
      const summary = renderSummary(each);
      assert.ok(Buffer.byteLength(summary) < Math.min(SUMMARY_LIMIT, GITHUB_SUMMARY));
      assert.match(summary, /^## (✅|❌|⚠️) /);
      if (each.mode !== 'preflight') assert.match(summary, /^\| Listed in the source \| 11,234 \|/m);
    }),
    { numRuns: 10 },
  );
});

test('the comment is below its limit, begins with the verdict and says where the rest is', () => {
  fc.assert(
    fc.property(reports, each => {
      const key = each.settings.source as string;
      const row = { destinationKey: key, size: 1, reason: 'missing', proof: 'none', line: 1 } as const;
      const rows = Array.from({ length: 100 }, () => ({ ...row, key, action: 'would-copy' as const }));
      const comment = renderComment(each, { rows, inAll: 5000 });
      assert.ok(Buffer.byteLength(comment) < COMMENT_LIMIT);
      assert.match(comment, /^## (✅|❌|⚠️) /);
      assert.match(comment, /of (the|this) run\.?[^\n]*\n$/);
    }),
    { numRuns: 10 },
  );
});

test('there are no more errors than GitHub shows, and none is cut before it says what to do', () => {
  fc.assert(
    fc.property(reports, ({ notes, checks, failures }) => {
      const errors: string[] = [];
      const ignored = () => {};
      const log: Log = {
        info: ignored,
        debug: ignored,
        warning: ignored,
        error: (message, title = '') => errors.push(message, title),
        group: (_, work) => work(),
        watch: (_, work) => work(),
      };
      const told = failures.map(failure => ({ ...failure, fix: { todo: 'Do this.' } }));
      tellFindings({ notes, checks, failures: told }, log);
      assert.ok(errors.length / 2 < GITHUB_ERRORS, 'one is left for the verdict');
      for (const error of errors) assert.ok(visible(error).length < GITHUB_ANNOTATION);
      for (let i = 0; i < errors.length; i += 2) assert.ok(errors[i]?.endsWith('Do this.'));
    }),
    { numRuns: 10 },
  );
});
