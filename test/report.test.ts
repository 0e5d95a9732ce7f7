import assert from 'node:assert/strict';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckResult, FailureGroup } from '../src/model.ts';
import type { RunReport, Totals } from '../src/record.ts';
import { makeFolder, writeReport } from '../src/report/folder.ts';
import { Progress } from '../src/report/progress.ts';
import { renderSummary, SUMMARY_LIMIT } from '../src/report/summary.ts';
import { code, escaped, fenced } from '../src/report/text.ts';

const TOTALS: Totals = {
  listed: 11_234,
  copied: 1234,
  unchanged: 10_000,
  skipped: 0,
  failed: 0,
  deleted: 0,
  undeleted: 0,
  kept: 0,
  bytesListed: 5 * 1024 ** 4,
  bytesCopied: 6_012_954_214,
  reasons: { 'copied: missing': 1234, 'unchanged: same-etag': 10_000 },
  proofs: { content: 0, checksum: 0, etag: 11_234, 'part-etag': 0, size: 0, none: 0 },
};

function report(changes: Partial<RunReport> = {}): RunReport {
  return {
    schema: 1,
    tool: { name: 's3-cross-account-sync', version: '0.1.0' },
    mode: 'sync',
    engine: 'copy',
    complete: true,
    verified: true,
    verdict: { ok: true, text: 'success' },
    settings: { source: 's3://from/a', destination: 's3://onto' },
    identities: [
      {
        side: 'source',
        account: '111122223333',
        arn: 'arn:aws:sts::111122223333:assumed-role/r/s',
        how: 'oidc',
      },
      { side: 'destination', account: undefined, arn: undefined, how: 'ambient' },
    ],
    regions: { source: 'eu-west-1', destination: undefined },
    checks: [{ check: 'source-listable', verdict: 'pass', seen: 'Listed.' }],
    totals: TOTALS,
    notes: [],
    failures: [],
    requests: { CopyObject: 1234 },
    started: '2026-11-20T12:00:00.000Z',
    finished: '2026-11-20T12:03:20.000Z',
    timings: { preflight: 1.5, transfer: 190 },
    runUrl: undefined,
    ...changes,
  };
}

const FAILURE: FailureGroup = {
  code: 'AccessDenied',
  reason: 'denied',
  count: 1204,
  message: 'Access Denied',
  examples: ['a/1', 'a/2'],
  requestId: 'REQ1',
  fix: { todo: 'Add this statement to the policy of s3://from.', paste: '{\n  "Effect": "Allow"\n}' },
};

const FAILED_CHECK: CheckResult = {
  check: 'source-readable',
  verdict: 'fail',
  seen: 'S3 refused to read an object.',
  fix: { todo: 'Allow it.', paste: '{ "Sid": "Read" }' },
};

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
  assert.match(renderSummary(report({ complete: false })), /^## ✅ Synced in part/m);
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

/** A report in which every foreign text is `text`. */
function filled(text: string): RunReport {
  const check: CheckResult = { ...FAILED_CHECK, check: text, seen: text, fix: { todo: text, paste: '{}' } };
  return report({
    verdict: { ok: false, text },
    settings: { source: text, destination: text },
    identities: [{ side: 'source', account: text, arn: text, how: 'oidc' }],
    regions: { source: text, destination: text },
    checks: [check, { ...check, verdict: 'warn' }],
    totals: { ...TOTALS, reasons: { [`failed: ${text}`]: 1 } },
    notes: [text, text],
    failures: [
      { ...FAILURE, code: text, reason: text, message: text, examples: [text, text], requestId: text },
    ],
    requests: { [`x${text}`]: 1 },
    timings: { [`x${text}`]: 1 },
  });
}

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
  await writeReport(folder, report());
  assert.equal(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')).schema, 1);
  assert.equal(await readFile(join(folder, 'summary.md'), 'utf8'), renderSummary(report()));
  assert.ok((await stat(folder)).isDirectory());
});
