import assert from 'node:assert/strict';
import { link, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckResult } from '../src/model/checks.ts';
import type { Outcome } from '../src/model/outcome.ts';
import type { RunReport } from '../src/record.ts';
import { makeFolder, writeReport } from '../src/report/folder.ts';
import { Progress } from '../src/report/progress.ts';
import { renderSummary, SUMMARY_LIMIT } from '../src/report/summary.ts';
import { about, code, dollars, escaped, fenced } from '../src/report/text.ts';
import { compared, FAILED_CHECK, FAILURE, filled, report, TOTALS } from './report/make.ts';

test('when all is well the summary is short and begins with the verdict', () => {
  const text = renderSummary(report());
  const [first, , second] = text.split('\n');
  assert.equal(first, '## ✅ Synced and verified');
  assert.equal(
    second,
    '**1,234 objects** (5.6 GiB) copied from <code>s3&#58;//from/a</code> to <code>s3&#58;//onto</code>; ' +
      '10,000 already there.',
  );
  assert.ok(text.split('\n').length < 60);
  assert.match(text, /^\| Copied \| 1,234 \| 5\.6 GiB \|$/m);
  assert.match(text, /^\| Failed \| 0 \| {2}\|$/m);
  assert.doesNotMatch(text, /Deleted|###/);
  assert.match(text, /<summary>1 check passed<\/summary>/);
  assert.match(text, /engine copy, 3m 20s · preflight 1\.5s, transfer 3m 10s · requests: CopyObject 1,234/);
});

test('a dry run speaks in the conditional', () => {
  const text = renderSummary(report({ mode: 'dry-run', totals: { ...TOTALS, deleted: 3, failed: 2 } }));
  assert.match(text, /^## ✅ Dry run: nothing was changed$/m);
  assert.match(text, /would be copied .*, 2 would fail, 3 would be deleted\.$/m);
  assert.match(text, /^\| Would be deleted \| 3 \|/m);
  assert.doesNotMatch(text, /^\| (Copied|Deleted|Failed) /m);
});

test('each mode says what it did', () => {
  const failed = { ok: false, text: 'The sides differ.' };
  const verify = renderSummary(report({ mode: 'verify', verdict: failed, totals: { ...TOTALS, failed: 7 } }));
  assert.match(verify, /^## ❌ The sides differ\.$/m);
  assert.match(verify, /compared with .*: 10,000 equal, 7 different\.$/m);
  assert.doesNotMatch(verify, /Copied/);
  const extra = { ...TOTALS, kept: 5, undeleted: 3 };
  const drift = renderSummary(report({ mode: 'verify', verdict: failed, totals: extra }));
  assert.match(drift, /: 10,000 equal, 3 should be gone\.$/m);
  assert.match(drift, /^\| Only in the destination \| 5 \| {2}\|\n\| Of these, should be gone \| 3 \|/m);
  const preflight = renderSummary(report({ mode: 'preflight', checks: [...report().checks, FAILED_CHECK] }));
  assert.match(preflight, /1 of 2 checks passed for copying/);
  assert.doesNotMatch(preflight, /Listed in the source/);
  assert.match(renderSummary(report({ verified: false })), /^## ✅ Synced, not verified$/m);
  const cutShort = report({ complete: false, totals: { ...TOTALS, reasons: { 'skipped: stopped': 5000 } } });
  assert.match(
    renderSummary(cutShort),
    /^## ⚠️ Stopped at its time limit: [\d,]+ of [\d,]+ objects copied; the next run goes on$/m,
  );
});

test('the engines are compared in a table: folded away in a sync, in plain sight where one is to decide by it', () => {
  const engines = compared();
  assert.doesNotMatch(renderSummary(report()), /Verdict/);
  const folded = renderSummary(report({ engines }));
  assert.match(folded, /^<details><summary>Engine copy: Leaves a report\.<\/summary>$/m);
  const plain = renderSummary(report({ mode: 'dry-run', engines }));
  const table =
    '| Engine | Verdict | Time | Cost | Remarks |\n| --- | --- | --- | --: | --- |\n' +
    '| **copy** | ✅ **chosen** | about 40 min | **&#36;25.55 (requests &#36;5.00, transfer &#36;20.55&#41;** |  |\n' +
    '| batch | not possible | about 40 min | &#36;0 (requests &#36;5.00, transfer &#36;20.55&#41; | Leaves a report.<br>Leaves a report. |\n';
  for (const text of [folded, plain]) assert.ok(text.includes(table), text);
  assert.match(plain, /^Engine copy: Leaves a report\.$/m);
  assert.match(
    plain,
    /with prices of 2025 to 2026-09-28&#46; Priced as in us-east-1, .*: requests, DataSync in Leaves a report/,
  );
});

test('money and times that nobody knows exactly are rounded', () => {
  assert.deepEqual([0, 0.001, 0.25, 99.994, 1234.5].map(dollars), [
    '$0',
    'under $0.01',
    '$0.25',
    '$99.99',
    '$1,235',
  ]);
  assert.deepEqual([1, 90, 2400, 3500, 5400, 36_000 * 2, 86_400 * 40].map(about), [
    'under 1 min',
    'about 2 min',
    'about 40 min',
    'about 1 h',
    'about 1.5 h',
    'about 20 h',
    'about 40 days',
  ]);
});

test('what was read to compare contents is told, and the grades of evidence stand strongest first', () => {
  assert.doesNotMatch(renderSummary(report()), /read to compare/);
  const proofs = { content: 1, checksum: 2, etag: 3, 'part-etag': 4, size: 5, none: 6 };
  const text = renderSummary(report({ bytesRead: 3 * 1024 ** 3, totals: { ...TOTALS, proofs } }));
  assert.match(text, / · 3 GiB read to compare contents/);
  const grades = [...text.matchAll(/^\| (content|checksum|etag|part-etag|size|none) \| .* \| (\d) \|$/gm)];
  assert.deepEqual(
    grades.map(([, grade, number]) => [grade, Number(number)]),
    Object.entries(proofs),
  );
});

test('being asked to slow down is told in one sentence, with what helps', () => {
  const told = (changes: Partial<RunReport>, throttled = 312) =>
    /^S3 asked to slow down.*$/m.exec(renderSummary(report({ requests: { throttled }, ...changes })))?.[0];
  assert.equal(told({}, 0), undefined);
  assert.equal(told({ settings: { concurrency: 'auto' } }, 1), 'S3 asked to slow down 1 time.');
  assert.equal(
    told({ settings: { concurrency: 'auto' }, slowedTo: 64 }),
    'S3 asked to slow down 312 times; the pace was lowered to 64 copies in flight.',
  );
  assert.equal(
    told({ settings: { concurrency: 500 } }),
    'S3 asked to slow down 312 times; a lower <code>concurrency</code> or <code>max-rate</code> avoids that.',
  );
});

test('the line for people who wait says how often S3 asked to slow down, if it did', () => {
  let throttled = 0;
  const progress = new Progress(5, 0, () => throttled);
  assert.doesNotMatch(progress.line(), /throttled/);
  throttled = 12;
  assert.match(progress.line(), /^0 of 5 objects, .*, throttled 12 times$/);
});

test('the share of what is done is that of the objects or of the bytes, whichever is smaller', () => {
  const copied = (bytes: number): Outcome => ({ key: 'k', result: 'copied', bytes, requestId: undefined });
  const progress = new Progress(4, 100, () => 0);
  const shares = [10, 80, 10, 0].map(bytes => {
    progress.count(copied(bytes));
    return progress.howFar().share;
  });
  assert.deepEqual(shares, [0.1, 0.5, 0.75, 1]);
  const empty = new Progress(1, 0, () => 0);
  empty.count(copied(0));
  assert.equal(empty.howFar().share, 1);
});

test('failures are told by cause, most first, with the fix and the text to paste', () => {
  const rare = { ...FAILURE, code: 'SlowDown', count: 1 };
  const text = renderSummary(report({ failures: [rare, FAILURE], checks: [FAILED_CHECK] }));
  assert.match(text, /### Checks that failed\n\n❌ \*\*source-readable\*\*: S3 refused/);
  assert.match(text, /\*\*What to do:\*\* Allow it\.\n\n```json\n\{ "Sid": "Read" \}\n```/);
  assert.ok(text.indexOf('1,204 objects: AccessDenied') < text.indexOf('1 object: SlowDown'));
  assert.match(text, /Access Denied \(request <code>REQ1<\/code>\)/);
  assert.match(
    text,
    /<summary>Text to paste<\/summary>\n\n```json\n\{\n {2}"Effect": "Allow"\n\}\n```\n\n<\/details>/,
  );
  assert.match(
    text,
    /<summary>The first 2 of 1,204 keys<\/summary>\n\n<code>a\/1<\/code><br><code>a\/2<\/code>/,
  );
});

test('charts show what the objects are, in words of ours and numbers, where there is more than one thing to show', () => {
  const share = { bytes: 1, copied: 0, failed: 0 };
  const sizes = [
    { from: 0, below: 1, objects: 2, ...share },
    { from: 1, below: 1024, objects: 0, ...share },
    { from: 4 * 1024 ** 4, objects: 7, ...share },
  ];
  const text = renderSummary(report({ sizes, totals: { ...TOTALS, failed: 3 } }));
  const charts = [...text.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, chart]) => chart);
  assert.deepEqual(charts, [
    'pie showData title Objects of the source\n  "Copied" : 1234\n  "Unchanged" : 10000\n  "Failed" : 3',
    'xychart-beta horizontal\n  title "Objects of the source by size"\n  x-axis ["empty", "below 1 KiB", "from 4 TiB"]\n  y-axis "Objects" 0 --> 7\n  bar [2, 0, 7]',
  ]);
  assert.ok(text.indexOf('```mermaid') > text.indexOf('| Failed |'), 'after the verdict and the totals');
  const uniform = report({ sizes: sizes.slice(0, 1), totals: { ...TOTALS, copied: 0 } });
  assert.doesNotMatch(renderSummary(uniform), /mermaid/);
  assert.doesNotMatch(renderSummary(report({ mode: 'preflight' })), /mermaid/);
});

test('more causes than fit are counted', () => {
  const failures = Array.from({ length: 25 }, (_, index) => ({ ...FAILURE, code: `E${index}` }));
  assert.match(renderSummary(report({ failures })), /^5 more causes in report\.json\.$/m);
});

test('a foreign text is shown letter by letter', () => {
  assert.equal(escaped('a|b`c*_<x>&@u #1'), 'a&#124;b&#96;c&#42;&#95;&#60;x&#62;&#38;&#64;u &#35;1');
  assert.equal(escaped('- a'), '&#45; a');
  assert.equal(escaped('    a'), '&#32;   a');
  assert.equal(escaped('1. a'), '1&#46; a');
  assert.equal(escaped('see http://www.x.y: yes'), 'see http&#58;//www&#46;x.y: yes');
  assert.equal(escaped('\n\u202e'), '&#92;x0a&#92;u{202e}');
  assert.equal(code(' a  b ').text, '<code>&#92;x20a&#92;x20&#92;x20b&#92;x20</code>');
  assert.equal(fenced('a\n````\rb', 'json').text, '`````json\na\n````\\x0db\n`````');
});

test('what a warning asks to be pasted stands below the checks', () => {
  const warned: CheckResult = {
    ...FAILED_CHECK,
    verdict: 'warn',
    fix: { todo: 'Grant it.', paste: '{"Sid":"x"}' },
  };
  const text = renderSummary(report({ checks: [warned] }));
  assert.match(text, /Grant it\..*```json\n\{"Sid":"x"\}\n```.*<\/details>/s);
  assert.doesNotMatch(text, /Checks that failed/);
});

/** What Markdown sees of a page: the tags, marks and cell borders of each line, without its words. */
function skeleton(markdown: string): string[] {
  return markdown
    .split('\n')
    .map(line => line.replaceAll(/&#\d+;/g, 'x'))
    .map(line =>
      (
        line.match(/^#+ |^[-+=]|^\d+[.)](?=\s|$)|^ {4}|^```\w*|\*\*|<[^>]*>|[|`_[\]<>@$~\\\r]|www\./gi) ?? []
      ).join(' '),
    );
}

test('no text can change the structure of the page', () => {
  const nasty = fc.constantFrom(
    '|',
    '`',
    '```',
    '\n',
    '\r\n',
    '<',
    '</details>',
    '<!--',
    '**',
    '_',
    '- ',
    '1. ',
    '\\',
    '&#124;',
    '[x](y)',
    '@me',
    '$',
    ' ',
    '\u2028',
    '    ',
    '# ',
    '---',
    ':tada:',
    'www.x.y',
    '==',
  );
  const text = fc
    .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 6 })
    .map(parts => parts.join(''));
  const expected = skeleton(renderSummary(filled('plain')));
  assert.ok(expected.some(line => line === '| | | |'));
  fc.assert(fc.property(text, each => assert.deepEqual(skeleton(renderSummary(filled(each))), expected)));
});

test('a summary never outgrows its limit, whatever is in the report', () => {
  const long = '\u202e'.repeat(30_000);
  const failure = {
    ...FAILURE,
    message: long,
    code: long,
    examples: Array(5).fill(long),
    fix: { todo: long, paste: long },
  };
  const huge = report({
    verdict: { ok: false, text: long },
    checks: Array(60).fill({ ...FAILED_CHECK, seen: long, fix: { todo: long, paste: long } }),
    failures: Array(30).fill(failure),
    notes: Array(100).fill(long),
  });
  const text = renderSummary(huge);
  assert.ok(Buffer.byteLength(text) < SUMMARY_LIMIT);
  assert.match(text, /\d+ parts too long for this page; see report\.json\._\n$/);
});

test('the folder is made where it is missing and gets the report and the summary', async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'workspace-'));
  const folder = await makeFolder('out/report', workspace);
  assert.equal(folder, join(workspace, 'out/report'));
  assert.equal(await makeFolder(folder, '/elsewhere'), folder);
  await writeReport(folder, report(), { rows: [], inAll: 0 });
  assert.equal(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')).schema, 1);
  assert.equal(await readFile(join(folder, 'summary.md'), 'utf8'), renderSummary(report()));
  assert.ok((await stat(folder)).isDirectory());
});

test('a report is whole or not there: what an earlier one has written is never written over', async t => {
  const folder = await makeFolder(await mkdtemp(join(tmpdir(), 'report-')));
  t.after(() => rm(folder, { recursive: true }));
  const names = ['report.json', 'summary.md', 'report.html'];
  for (const name of names) {
    await writeFile(join(folder, name), 'the earlier one');
    await link(join(folder, name), join(folder, `same-${name}`));
  }
  await writeReport(folder, report(), { rows: [], inAll: 0 });
  for (const name of names) {
    assert.equal(await readFile(join(folder, `same-${name}`), 'utf8'), 'the earlier one');
    assert.notEqual(await readFile(join(folder, name), 'utf8'), 'the earlier one');
  }
  assert.deepEqual(
    (await readdir(folder)).filter(name => name.endsWith('.part')),
    [],
  );
});
