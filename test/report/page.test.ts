import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectRecord, RunReport } from '../../src/record.ts';
import { Digest } from '../../src/report/digest/digest.ts';
import type { Row, Rows } from '../../src/report/digest/rows.ts';
import { html, lines } from '../../src/report/page/html.ts';
import { PAGE_LIMIT, renderPage } from '../../src/report/page/page.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { compared, FAILED_CHECK, FAILURE, filled, report, TOTALS } from './make.ts';

const NOTHING: Rows = { rows: [], inAll: 0 };

function rowsOf(...rows: Partial<Row>[]): Rows {
  return {
    rows: rows.map((row, index) => ({
      key: 'a',
      destinationKey: 'a',
      size: 1234,
      action: 'copied',
      reason: 'missing',
      proof: 'etag',
      line: index + 1,
      ...row,
    })),
    inAll: rows.length,
  };
}

/** The page without its style and script. */
function bodyOf(page: string): string {
  return page.slice(page.indexOf('<body>'), page.lastIndexOf('<script>'));
}

/** What a browser sees of a page besides its words: tags, and the names of their attributes. */
function skeleton(page: string): string {
  return [...bodyOf(page).matchAll(/<[^>]*>|</g)].map(([tag]) => tag.replaceAll(/="[^"]*"/g, '=""')).join('');
}

/** Its words, as they are read. */
function textOf(page: string): string {
  return bodyOf(page)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replaceAll(/\s+/g, ' ');
}

test('the page begins with the verdict, then the totals, then what is wrong, and ends with how it was made', () => {
  const page = renderPage(
    report({
      verdict: { ok: false, text: '7 objects failed.' },
      failures: [FAILURE],
      checks: [FAILED_CHECK],
      notes: ['A note.'],
    }),
    rowsOf({ action: 'failed', reason: 'denied' }),
  );
  const places = [
    '<h1>',
    'id="totals"',
    'id="todo"',
    'id="evidence"',
    'id="checks"',
    'id="objects"',
    'id="run"',
  ];
  const found = places.map(place => page.indexOf(place));
  assert.ok(
    found.every((at, index) => at > (found[index - 1] ?? 0)),
    String(found),
  );
  const text = textOf(page);
  assert.match(text, /Check failed: source-readable S3 refused to read an object\. What to do: Allow it\./);
  assert.match(text, /1,204 objects: AccessDenied denied Access Denied Request REQ1 What to do: Add this/);
  assert.match(text, /First 2 of 1,204 keys a\/1 a\/2/);
  assert.match(text, /A note\./);
  assert.match(
    renderPage(report(), NOTHING),
    /<header class="good">\n<h1>.*<span>Synced and verified<\/span>/,
  );
});

test('the page tells at a glance how a run went, and so does the summary', () => {
  const bad = { verdict: { ok: false, text: 'Seven objects failed.' } };
  for (const [changes, tone, name, sign] of [
    [{}, 'good', 'Success', '✅'],
    [{ complete: false }, 'dubious', 'Warning', '⚠️'],
    [{ totals: { ...TOTALS, listed: 0 } }, 'dubious', 'Warning', '⚠️'],
    [bad, 'bad', 'Failure', '❌'],
    [{ ...bad, totals: { ...TOTALS, listed: 0 } }, 'bad', 'Failure', '❌'],
  ] as const satisfies readonly (readonly [Partial<RunReport>, string, string, string])[]) {
    const run = report(changes);
    const page = renderPage(run, NOTHING);
    assert.match(page, new RegExp(`<header class="${tone}">\\n<h1><svg [^>]*aria-label="${name}">`));
    assert.ok(page.includes(`.${tone} circle`), `there is a colour for ${tone}`);
    assert.ok(renderSummary(run).startsWith(`## ${sign} `));
  }
});

test('a run that has nothing to show of something does not mention it', () => {
  const page = renderPage(report({ checks: [] }), NOTHING);
  for (const id of ['todo', 'throughput', 'sizes', 'prefixes', 'checks', 'objects'])
    assert.ok(!page.includes(`id="${id}"`), id);
  assert.doesNotMatch(renderPage(report({ mode: 'preflight' }), NOTHING), /id="(totals|reasons|objects)"/);
});

test('the throughput is drawn and told from its samples', () => {
  const throughput = [0, 10, 20, 30, 40].map((seconds, index) => ({
    seconds,
    objects: index ** 2 * 100,
    bytes: index * 10 * 1024 ** 2,
  }));
  const page = renderPage(report({ throughput }), NOTHING);
  assert.match(page, /aria-label="Objects a second: 40 on average, at most 70"/);
  assert.match(page, /aria-label="Bytes a second: 1 MiB on average, at most 1 MiB"/);
  assert.match(page, /<path class="area" d="M0,87\.5L0,87\.5L250,87\.5L250,62\.5L500,62\.5/);
  assert.match(page, /<th scope="row">40s<\/th><td class="number">70<\/td><td class="number">1 MiB<\/td>/);
  assert.doesNotMatch(renderPage(report({ throughput: throughput.slice(0, 3) }), NOTHING), /id="throughput"/);
});

test('whatever is put into HTML is text', () => {
  assert.equal(
    html`<p title="${'"\'<>&`'}">${'<b>\u202e\n'}</p>`.html,
    '<p title="&#34;&#39;&#60;&#62;&#38;&#96;">&#60;b&#62;\\u{202e}\\x0a</p>',
  );
  assert.equal(html`${12_345}${undefined}${[html`<i>`, html`</i>`]}`.html, '12,345<i></i>');
  assert.equal(lines('a\n<b>\r').html, 'a\n&#60;b&#62;\\x0d');
});

test('no text can change the structure of the page', () => {
  const nasty = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '`',
    '&',
    '</script>',
    '<!--',
    '</template>',
    '\u202e',
    '\n',
    'javascript:',
    '&#60;',
    '</style>',
  );
  const texts = fc.string({
    unit: fc.oneof(nasty, fc.string({ maxLength: 2 })),
    minLength: 1,
    maxLength: 12,
  });
  const pageOf = (text: string) =>
    renderPage(
      {
        ...filled(text),
        prefixes: {
          slashes: 1,
          largest: [{ prefix: text, objects: 1, bytes: 1, copied: 1, failed: 0 }],
          others: { prefixes: 0, objects: 0, bytes: 0, copied: 0, failed: 0 },
          without: { objects: 0, bytes: 0, copied: 0, failed: 0 },
        },
      },
      rowsOf({
        key: text,
        action: text as never,
        reason: text as never,
        proof: text as never,
        error: { code: text, message: text },
        requestId: text,
      }),
    );
  const plain = skeleton(pageOf('x'));
  fc.assert(
    fc.property(texts, text => {
      const page = pageOf(text);
      assert.equal(skeleton(page), plain);
      assert.doesNotMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('only links to a run on the web are links', () => {
  assert.match(
    renderPage(report({ runUrl: 'https://github.com/o/r/actions/runs/1' }), NOTHING),
    /<a href="https:/,
  );
  assert.doesNotMatch(renderPage(report({ runUrl: 'javascript:alert(1)' }), NOTHING), /<a href="j/);
});

test('its policy allows its own script and style and nothing else', () => {
  const page = renderPage(report(), rowsOf({}));
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? [];
  const hash = (tag: string) => {
    const all = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))];
    assert.equal(all.length, 1, tag);
    return `'sha256-${createHash('sha256')
      .update(all[0]?.[1] ?? '')
      .digest('base64')}'`;
  };
  assert.equal(
    policy,
    `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`,
  );
  assert.doesNotMatch(bodyOf(page), / style=| on\w+=|src=|javascript:/);
});

test('it says plainly how many objects are not on it', () => {
  const few = textOf(renderPage(report(), rowsOf({}, {})));
  assert.match(few, /All 2 objects of both sides\./);
  assert.doesNotMatch(few, /Open objects\.ndjson/);
  const many = textOf(renderPage(report(), { ...rowsOf({}, {}), inAll: 12_345 }));
  assert.match(
    many,
    /holds 2 objects of every kind, what went wrong first\. 12,343 objects of 12,345 are left out ; objects\.ndjson/,
  );
  assert.match(many, /Open objects\.ndjson/);
});

test('rows stand in the order of what needs to be seen first', () => {
  const page = renderPage(
    report(),
    rowsOf(
      { action: 'unchanged', key: 'u' },
      { action: 'copied', key: 'c' },
      { action: 'failed', key: 'f2' },
      { action: 'failed', key: 'f3' },
    ),
  );
  assert.deepEqual(
    [...page.matchAll(/<code class="key">(.+?)<\/code>/g)].map(([, key]) => key),
    ['f2', 'f3', 'c', 'u'],
  );
});

test('the page of a million objects with the worst keys and messages stays below its limit', () => {
  const nasty = '<\u202e"&'.repeat(200);
  const error = { code: 'AccessDenied', message: nasty.repeat(20) };
  const digest = new Digest('');
  for (let index = 0; index < 1_000_000; index++) {
    const key = `${String(index).padStart(7, '0')}/${nasty}`;
    const record: ObjectRecord = {
      key,
      destinationKey: key,
      size: index,
      sourceEtag: 'e1',
      proof: 'none',
      ...(index % 3 === 0
        ? { action: 'failed', reason: 'denied', error }
        : { action: index % 3 === 1 ? 'copied' : 'unchanged', reason: 'missing' }),
    };
    digest.count(record);
  }
  const long = nasty.repeat(500);
  const worst: RunReport = {
    ...filled(long),
    ...digest.distribution(),
    checks: Array(60).fill({ ...FAILED_CHECK, seen: long, fix: { todo: long, paste: long } }),
    failures: Array(40).fill({
      ...FAILURE,
      message: long,
      examples: Array(5).fill(nasty),
      fix: { todo: long, paste: long },
    }),
    notes: Array(1000).fill(long),
    settings: {
      source: long,
      destination: long,
      ...Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`s${n}`, long])),
    },
    throughput: Array.from({ length: 200 }, (_, n) => ({ seconds: n, objects: n * 7, bytes: n ** 5 })),
  };
  const page = renderPage(worst, digest.rows());
  assert.ok(Buffer.byteLength(page) < PAGE_LIMIT, String(Buffer.byteLength(page)));
  const shown = [...bodyOf(page).matchAll(/<td class="action (\w+)">/g)].map(([, action]) => action);
  assert.ok(shown.length > 100, String(shown.length));
  assert.deepEqual([...new Set(shown)], ['failed', 'copied', 'unchanged']);
  assert.match(textOf(page), /of 1,000,000 are left out/);
  assert.match(textOf(page), /findings too long for this page; see report\.json\./);
});

test('the engines are compared in a table, the one that was taken marked', () => {
  const page = renderPage(report({ engines: compared() }), NOTHING);
  assert.match(page, /<tr class="chosen"><th scope="row">copy<\/th>/);
  const text = textOf(page);
  assert.match(
    text,
    /Engine copy: Leaves a report\. What each engine would take, estimated Engine Verdict Time Cost Remarks copy chosen about 40 min \$25\.55/,
  );
  assert.match(
    text,
    /Priced as in us-east-1, for want of the Region's own: requests, DataSync in Leaves a report/,
  );
  assert.doesNotMatch(textOf(renderPage(report(), NOTHING)), /Verdict/);
});
