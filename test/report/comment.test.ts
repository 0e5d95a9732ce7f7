import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckResult } from '../../src/model/checks.ts';
import type { ObjectRecord, RunReport } from '../../src/record.ts';
import { COMMENT_LIMIT, renderComment } from '../../src/report/comment.ts';
import type { Rows } from '../../src/report/digest/rows.ts';
import { compared, FAILED_CHECK, FAILURE, filled, report, TOTALS } from './make.ts';

const NONE: Rows = { rows: [], inAll: 0 };
const RUN = 'https://github.com/octo-org/octo-repo/actions/runs/42';

function rowsOf(action: ObjectRecord['action'], keys: readonly string[]): Rows['rows'] {
  const rest = { size: 1, reason: 'missing', proof: 'none' } as const;
  return keys.map((key, index) => ({ key, destinationKey: key, action, line: index + 1, ...rest }));
}

function dryRun(changes: Partial<RunReport> = {}): RunReport {
  return report({ mode: 'dry-run', totals: { ...TOTALS, deleted: 2 }, runUrl: RUN, ...changes });
}

test('a comment has the verdict, the numbers, the engine with its reason, and the way to the run', () => {
  const why = { check: 'engine', verdict: 'pass', seen: 'copy, server-side: it reads and writes.' } as const;
  const text = renderComment(dryRun({ checks: [why] }), NONE);
  assert.match(
    text,
    /^## ✅ Dry run: nothing was changed\n\n\*\*1,234 objects\*\* \(5\.6 GiB\) would be copied /,
  );
  assert.match(text, /^\| Would be deleted \| 2 \| {2}\|$/m);
  assert.match(text, /^Engine: copy, server-side: it reads and writes\.$/m);
  assert.match(
    text,
    /\n\n\[The summary and the report of this run\]\(https&#58;\/\/github\.com\/.*\/42\)\n$/,
  );
  assert.match(renderComment(report(), NONE), /^Engine: copy$/m);
});

test('the comparison of engines stands in a comment, and alone says why', () => {
  const why = { check: 'engine', verdict: 'pass', seen: 'stream, through the runner: so it is.' } as const;
  const text = renderComment(dryRun({ checks: [why], engine: 'batch', engines: compared() }), NONE);
  assert.doesNotMatch(text, /^Engine: /m);
  assert.match(text, /^\| Engine \| Verdict \| Time \| Cost \| Remarks \|$/m);
});

test('the first ten keys of what moves, goes or is left out are shown, and how many there are in all', () => {
  const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
  const rows = [
    ...rowsOf('would-copy', keys),
    ...rowsOf('would-delete', ['gone']),
    ...rowsOf('unchanged', ['same']),
  ];
  const text = renderComment(dryRun(), { rows, inAll: 15 });
  const titles = [...text.matchAll(/<summary>(Would.*)<\/summary>/g)].map(([, title]) => title);
  assert.deepEqual(titles, [
    'Would be copied: the first 10 of 1,234 keys',
    'Would be deleted: the first 1 of 2 keys',
  ]);
  assert.match(text, /<code>k9<\/code> \(missing\)\n/);
  assert.doesNotMatch(text, /k10|same/);
});

test('a failed check is folded away with what to do and what to paste', () => {
  const text = renderComment(dryRun({ checks: [FAILED_CHECK] }), NONE);
  assert.match(
    text,
    /^<details><summary>❌ source-readable: S3 refused to read an object\.<\/summary>\n\n[\s\S]*\*\*What to do:\*\* Allow it\.\n\n```json\n\{ "Sid": "Read" \}\n```\n\n<\/details>$/m,
  );
});

test('of the other checks only those that warned, or are not known, are listed', () => {
  const check = (id: string, verdict: CheckResult['verdict']): CheckResult => ({
    check: id,
    verdict,
    seen: 'Seen.',
  });
  const text = renderComment(
    dryRun({ checks: [check('a', 'pass'), check('b', 'warn'), check('c', 'unknown')] }),
    NONE,
  );
  assert.match(
    text,
    /<details><summary>1 check unknown, 1 warned<\/summary>\n\n[\s\S]*\n\| ⚠️ \| b \| Seen. \|/,
  );
  assert.doesNotMatch(text, /\| a \|/);
});

test('what is to be pasted stays as it is, all else mentions nobody and refers to nothing', () => {
  const paste = '{ "Resource": "arn:aws:iam::111122223333:role/a@b#1" }';
  const text = renderComment(
    dryRun({
      notes: ['@octocat owner/repo#1 gh-7'],
      checks: [{ ...FAILED_CHECK, fix: { todo: '@x', paste } }],
    }),
    { rows: rowsOf('would-copy', ['@octocat/#1']), inAll: 1 },
  );
  assert.ok(text.includes(`\n${paste}\n`));
  assert.match(text, /^- &#64;&#8203;octocat owner\/repo&#35;&#8203;1 gh-&#8203;7$/m);
  assert.ok(text.includes('<code>&#64;&#8203;octocat/&#35;&#8203;1</code>'));
});

test('no foreign text mentions anybody or ends a comment', () => {
  const nasty = fc.constantFrom(
    '@mona',
    '#1',
    'GH-12',
    '`',
    '```',
    '\n',
    '<!--',
    '-->',
    '</details>',
    '&#64;',
    '|',
    ' ',
  );
  const text = fc
    .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 6 })
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(text, each => {
      const shown = renderComment(filled(each), { rows: rowsOf('copied', [each]), inAll: 1 })
        .replace(/<\/?(details|summary|code|br|sub)>/g, '')
        .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
      assert.doesNotMatch(shown, /@(?!\u200b)\w|#(?!\u200b)\d|gh-(?!\u200b)\d/i);
    }),
  );
});

test('a comment never outgrows its limit, whatever is in the report, and the way to the run is always there', () => {
  const long = '@\u202e'.repeat(15_000);
  const failure = { ...FAILURE, message: long, code: long, examples: Array(5).fill(long) };
  const huge = dryRun({
    verdict: { ok: false, text: long },
    settings: { source: long, destination: long },
    checks: Array(60).fill({ ...FAILED_CHECK, seen: long, fix: { todo: long, paste: long } }),
    failures: Array(30).fill(failure),
    notes: Array(100).fill(long),
  });
  const text = renderComment(huge, { rows: rowsOf('would-copy', Array(5000).fill(long)), inAll: 5000 });
  assert.ok(Buffer.byteLength(text) < COMMENT_LIMIT, String(Buffer.byteLength(text)));
  assert.match(text, /^_\d+ parts too long for a comment; see the summary\._ \[The summary and .*\n$/m);
  assert.ok(text.startsWith('## ❌ '));
});
