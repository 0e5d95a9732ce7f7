/** `report.html` in a real browser, of a real run and of one too large for a page. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { HOSTILE, TRAPS } from '../../lab/hostile.ts';
import { visible } from '../../src/errors.ts';
import { NdjsonWriter } from '../../src/ndjson.ts';
import type { ObjectRecord, RunReport, Share } from '../../src/record.ts';
import { Digest } from '../../src/report/digest/digest.ts';
import { renderPage } from '../../src/report/page/page.ts';
import { report } from '../report/make.ts';
import { openBrowser } from './browser.ts';
import { makeRun } from './run.ts';

const MANY = 200_000;

const browser = await openBrowser();
const run = await makeRun(HOSTILE);
const large = await mkdtemp(join(tmpdir(), 's3-sync-look-'));
after(async () => {
  await browser.close();
  await run.end();
  await rm(large, { recursive: true });
});

function recordOf(index: number): ObjectRecord {
  const key = `${String(index).padStart(6, '0')}/${index % 100 === 0 ? TRAPS[(index / 100) % TRAPS.length] : 'plain'}`;
  const common = { key, destinationKey: key, size: (index * 7919) % 1_000_003, sourceEtag: 'e1' };
  if (index % 40 !== 0) return { ...common, action: 'copied', reason: 'missing', proof: 'etag' };
  const error = { code: 'AccessDenied', message: `No. ${TRAPS[0]}\u202e` };
  return { ...common, action: 'failed', reason: 'denied', proof: 'none', error, requestId: `REQ${index}` };
}

/** Numbers as wide as they get, which must fit into a phone's width. */
function grown(digest: Digest): Pick<RunReport, 'sizes' | 'prefixes'> {
  const { sizes, prefixes } = digest.distribution();
  const wide = <T extends Share>(share: T): T => ({ ...share, objects: 123_456_789, failed: 12_345_678 });
  return {
    sizes: sizes.map(wide),
    ...(prefixes && { prefixes: { ...prefixes, largest: prefixes.largest.map(wide) } }),
  };
}

/** Both files of a run too large for a page. */
async function writeLarge(): Promise<void> {
  const digest = new Digest('');
  const writer = new NdjsonWriter<ObjectRecord>(join(large, 'objects.ndjson'));
  for (let index = 0; index < MANY; index++) {
    const record = recordOf(index);
    digest.count(record);
    await writer.write(record);
  }
  await writer.close();
  const page = renderPage(report(grown(digest)), digest.rows());
  await writeFile(join(large, 'report.html'), page);
}
await writeLarge();

interface Look {
  readonly page: Page;
  /** Whatever should not be: errors, requests, traps that went off. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

async function lookAt(folder: string, how: Parameters<typeof browser.newContext>[0] = {}): Promise<Look> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...how });
  const page = await context.newPage();
  const address = pathToFileURL(join(folder, 'report.html')).href;
  const problems: string[] = [];
  page.on('console', message => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => problems.push(`error: ${error.message}`));
  page.on('dialog', dialog => problems.push(`dialog: ${dialog.message()}`));
  page.on('request', request => {
    if (request.url() !== address) problems.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return {
    page,
    problems: async () => {
      const trapped =
        how?.javaScriptEnabled === false ? false : await page.evaluate('window.trapped === true');
      return trapped === true ? [...problems, 'a trap went off'] : problems;
    },
    close: () => context.close(),
  };
}

const keys = (page: Page) => page.locator('#rows tbody .key').allTextContents();
const told = (page: Page) => page.locator('#told').textContent();
const where = (page: Page) => page.locator('#where').textContent();

async function choose(page: Page): Promise<void> {
  await page.setInputFiles('#file', join(large, 'objects.ndjson'));
  await page.locator('#told', { hasText: '200,000 objects.' }).waitFor();
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    for (const [name, folder] of [
      ['a run', run.folder],
      ['a large run', large],
    ] as const) {
      test(`${name}, ${colorScheme}, ${width} pixels: no error, no request, no overflow, nothing that keeps anybody out`, async () => {
        const look = await lookAt(folder, { colorScheme, viewport: { width, height: 900 } });
        await look.page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
        const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        assert.equal(await look.page.evaluate(overflow), 0);
        await look.page.evaluate(axe.source);
        const found = (await look.page.evaluate(
          'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html, failureSummary }) => html + " " + failureSummary).slice(0, 3).join("; ")))',
        )) as string[];
        assert.deepEqual(found, []);
        const unnamed = 'table:not(:has(> caption)), th:not([scope]), svg:not([role=img], [aria-hidden])';
        assert.equal(await look.page.locator(unnamed).count(), 0);
        assert.deepEqual(await look.problems(), []);
        await look.close();
      });
    }
  }
}

test('on a phone the tables are still tables for those who hear them', async () => {
  const { page, close } = await lookAt(run.folder, { viewport: { width: 360, height: 800 } });
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const count = (role: string) => nodes.filter(node => !node.ignored && node.role?.value === role).length;
  const rows = await page.locator('tr:visible').count();
  assert.equal(count('row'), rows);
  assert.ok(count('columnheader') >= 20 && count('rowheader') >= 100 && count('cell') >= 400);
  await close();
});

test('objects are sorted, filtered and searched', async () => {
  const { page, problems, close } = await lookAt(run.folder);
  const all = (await readFile(join(run.folder, 'objects.ndjson'), 'utf8')).split('\n').slice(0, -1);
  const records = all.map(line => JSON.parse(line) as ObjectRecord);
  const number = records.length.toLocaleString('en-US');
  assert.equal(await told(page), `${number} objects.`);
  assert.equal(
    await page
      .locator('#rows')
      .getByRole('columnheader', { name: 'Action', exact: true })
      .getAttribute('aria-sort'),
    'ascending',
  );
  const failed = records.filter(({ action }) => action === 'failed').map(({ key }) => key);
  assert.deepEqual((await keys(page)).slice(0, failed.length), failed);

  await page.getByRole('button', { name: 'Bytes' }).click();
  await page.getByRole('button', { name: 'Bytes' }).click();
  assert.equal(
    await page.locator('#rows').getByRole('columnheader', { name: 'Bytes' }).getAttribute('aria-sort'),
    'descending',
  );
  assert.equal(await page.locator('th[aria-sort]').count(), 1);
  const largest = records.toSorted((a, b) => b.size - a.size)[0];
  assert.equal((await keys(page))[0], largest?.key);

  await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: `failed (${failed.length})` });
  await page.getByRole('combobox', { name: 'Reason' }).selectOption('restore-denied');
  assert.equal(await where(page), '1 to 6 of 6');
  assert.equal(await told(page), `6 objects, of ${number} here.`);
  await page.getByRole('combobox', { name: 'Reason' }).selectOption('');
  await page.getByLabel('Search').fill('PAYROLL/2026-1');
  await page.locator('#where', { hasText: '1 to 11 of 11' }).waitFor();
  await page.getByLabel('Search').fill('no such thing');
  await page.locator('#where', { hasText: 'None of 0' }).waitFor();
  await page.getByLabel('Search').fill('');
  await page.getByRole('combobox', { name: 'Action' }).selectOption('');
  await page.locator('#where', { hasText: `1 to 100 of ${number}` }).waitFor();

  await page.getByRole('button', { name: 'Key' }).click();
  await page.getByRole('button', { name: 'Last' }).click();
  assert.ok(await page.getByRole('button', { name: 'Next' }).isDisabled());
  assert.equal((await keys(page)).length, records.length % 100);
  assert.equal((await keys(page)).at(-1), visible(records.at(-1)?.key ?? ''));
  assert.deepEqual(await problems(), []);
  await close();
});

test('a policy to paste is copied as it stands', async () => {
  const { page, close } = await lookAt(run.folder, { permissions: ['clipboard-read', 'clipboard-write'] });
  const button = page.getByRole('button', { name: 'Copy' }).first();
  await button.click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = JSON.parse((await page.evaluate('navigator.clipboard.readText()')) as string);
  assert.equal(copied.Statement[0].Sid, 'S3SyncRestore');
  await close();
});

test('a file of 200,000 lines is sorted, filtered and searched, and one page of it is in the document', async () => {
  const { page, problems, close } = await lookAt(large);
  assert.match(
    (await page.locator('#objects ~ p').first().textContent()) ?? '',
    /195,000 objects of 200,000 are left out/,
  );
  await choose(page);
  assert.equal(await page.locator('#rows tbody tr').count(), 100);
  assert.equal((await keys(page))[1], recordOf(40).key);
  assert.match(
    (await page.locator('#rows tbody .why').first().textContent()) ?? '',
    /^AccessDenied: No\. <script>.*\\u\{202e\} \(request REQ0\)$/,
  );

  await page.getByRole('button', { name: 'Bytes' }).click();
  await page.getByRole('button', { name: 'Bytes' }).click();
  let largest = recordOf(0);
  for (let index = 1; index < MANY; index++) {
    const record = recordOf(index);
    if (record.size > largest.size) largest = record;
  }
  await page.locator('#rows tbody tr').first().getByText(largest.key).waitFor();
  await page.getByRole('combobox', { name: 'Action' }).selectOption('failed');
  await page.locator('#where', { hasText: '1 to 100 of 5,000' }).waitFor();
  await page.getByLabel('Search').fill('REQ1999');
  await page.locator('#where', { hasText: '1 to 2 of 2' }).waitFor();
  await page.getByLabel('Search').fill('');
  await page.getByRole('combobox', { name: 'Action' }).selectOption('');
  await page.getByRole('button', { name: 'Key' }).click();
  await page.getByRole('button', { name: 'Last' }).click();
  await page
    .locator('#rows tbody tr')
    .last()
    .getByText(recordOf(MANY - 1).key)
    .waitFor();
  assert.deepEqual(await problems(), []);
  await close();
});

test('a file of another run, and one that is none, are called what they are', async () => {
  const { page, problems, close } = await lookAt(large);
  await page.setInputFiles('#file', join(run.folder, 'objects.ndjson'));
  await page
    .locator('#told', { hasText: 'this run wrote 200,000: it is of another run, or not whole' })
    .waitFor();
  await page.setInputFiles('#file', join(run.folder, 'summary.md'));
  await page.locator('#told', { hasText: 'Line 1 is none of objects.ndjson' }).waitFor();
  assert.equal(await page.locator('#rows tbody tr').count(), 100, 'what was there stays');
  assert.deepEqual(await problems(), []);
  await close();
});

test('without scripts all that is on the page is there, and nothing that does not work', async () => {
  const { page, problems, close } = await lookAt(large, { javaScriptEnabled: false });
  assert.equal(await page.locator('#rows tbody tr').count(), 5000);
  assert.equal(await page.locator('button:visible, input:visible, select:visible').count(), 0);
  await page.getByText('objects.ndjson in the same folder has them all').waitFor();
  assert.deepEqual(await problems(), []);
  await close();
});

test('it can be used with the keyboard alone', async () => {
  const { page, close } = await lookAt(run.folder);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'main');
  await page.getByRole('button', { name: 'Action' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('th[data-by="action"][aria-sort="descending"]').waitFor();
  const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
  assert.equal(outline, 'solid');
  await close();
});

test('on paper it needs no more width than the paper has, and shows no controls', async () => {
  const { page, close } = await lookAt(run.folder, { viewport: { width: 700, height: 900 } });
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false);
  assert.equal(await page.locator('button:visible, select:visible').count(), 0);
  await close();
});
