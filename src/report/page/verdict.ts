/** The top of the page: what became of the run, in one line and a row of numbers. */
import type { RunReport } from '../../record.ts';
import { restoring } from '../restores.ts';
import { bytes, clip, seconds } from '../text.ts';
import { headline, namedTotals, type Row, toneOf } from '../words.ts';
import { figure, type Html, html } from './html.ts';

/** Characters of a bucket with a prefix. */
const PLACE = 1200;

const CHECK = html`<path d="M7 12.5l3.4 3.4L17 8.8"/>`;
const MARK = html`<path d="M12 6.5v6.5M12 17v.1"/>`;
const CROSS = html`<path d="M8 8l8 8M16 8l-8 8"/>`;

/** What each tone is drawn as, and called where nothing is seen. */
const SIGNS = {
  good: { name: 'Success', sign: CHECK },
  dubious: { name: 'Warning', sign: MARK },
  bad: { name: 'Failure', sign: CROSS },
} as const;

export function verdict(report: RunReport): Html {
  const { settings, started, mode, engine } = report;
  const tone = toneOf(report);
  const { name, sign } = SIGNS[tone];
  const took = (Date.parse(report.finished) - Date.parse(started)) / 1000;
  return html`<header class="${tone}">
<h1><svg viewBox="0 0 24 24" role="img" aria-label="${name}"><circle cx="12" cy="12" r="11"/>${sign}</svg><span>${clip(headline(report), 2000)}</span></h1>
<p class="way"><code>${clip(String(settings.source ?? ''), PLACE)}</code> <span aria-hidden="true">→</span><span class="unseen">to</span> <code>${clip(String(settings.destination ?? ''), PLACE)}</code></p>
<p class="facts">${mode}, engine ${engine}, <time datetime="${started}">${started.slice(0, 16).replace('T', ' ')} UTC</time>, ${seconds(took)}${report.complete ? '' : ', not complete'}</p>
</header>`;
}

/** What the four words of the accounts are made of, and what else happened. */
export function totals(report: RunReport): Html | undefined {
  const rows = namedTotals(report);
  if (rows.length === 0) return undefined;
  const tiles = rows.map(
    ({ row, name, objects, bytes: size }) =>
      html`<div class="tile ${row}${objects === 0 ? ' none' : ''}"><dt>${name}</dt><dd>${objects}${
        size === undefined ? undefined : html`<small>${bytes(size)}</small>`
      }</dd></div>\n`,
  );
  return html`<section aria-labelledby="totals"><h2 id="totals" class="unseen">Totals</h2>
<dl class="tiles">${tiles}</dl>${accounts(report)}${restored(report)}</section>`;
}

const ACCOUNTED: readonly Row[] = ['copied', 'unchanged', 'skipped', 'failed'];

function accounts({ totals }: RunReport): Html | undefined {
  if (totals.listed === 0) return undefined;
  let at = 0;
  const rects = ACCOUNTED.map(row => {
    const x = at;
    const width = (100 * totals[row]) / totals.listed;
    at += width;
    return html`<rect class="${row}" x="${figure(x)}%" width="${figure(width)}%" height="100%"/>`;
  });
  return html`<svg class="bar accounts" aria-hidden="true">${rects}</svg>`;
}

function restored(report: RunReport): Html | undefined {
  const words = restoring(report);
  return words && html`<p class="note"><strong>${words.what}</strong> ${words.more}</p>`;
}
