/** `npm run look:pictures`: the pictures of the report in the documents, of a run of the built action on the lab. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser } from './browser.ts';
import { makeRun } from './run.ts';

const browser = await openBrowser();
const run = await makeRun();
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 1240 } });
  await page.goto(pathToFileURL(join(run.folder, 'report.html')).href);
  const path = join(import.meta.dirname, `../../docs/images/report-${colorScheme}.png`);
  await page.screenshot({ path });
  console.log(path);
}
await browser.close();
await run.end();
