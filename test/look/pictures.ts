/** `npm run look:pictures`: the pictures in the documents, of runs of the built action on the lab. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { asPage, makeComment } from './comment.ts';
import { makeRun } from './run.ts';

const browser = await openBrowser();
const run = await makeRun();
await takeBoth('report', { width: 1100, height: 1240 }, async page => {
  await page.goto(pathToFileURL(join(run.folder, 'report.html')).href);
});
await run.end();
const comment = asPage(await makeComment());
await takeBoth('comment', { width: 920, height: 1000 }, page => page.setContent(comment));
await browser.close();

/** In light and in dark. */
async function takeBoth(
  name: string,
  viewport: { readonly width: number; readonly height: number },
  open: (page: Page) => Promise<void>,
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport });
    await open(page);
    const path = join(import.meta.dirname, `../../docs/images/${name}-${colorScheme}.png`);
    await page.screenshot({ path });
    console.log(path);
  }
}
