/**
 * `report.html`: the run on one page that needs nothing but itself. Its policy lets a browser run the one script and use the
 * one style that are in it, and load nothing from anywhere.
 */
import { createHash } from 'node:crypto';
import type { RunReport } from '../../record.ts';
import type { Rows } from '../digest/rows.ts';
import { fitting } from '../fit.ts';
import { count } from '../text.ts';
import { headline } from '../words.ts';
import { evidence, prefixes, reasons, sizes } from './distribution.ts';
import { engines } from './engines.ts';
import { Html, html } from './html.ts';
import { objects } from './objects.ts';
import { checks, identities, requests, settings, timings } from './run.ts';
import { script } from './script.ts';
import { STYLE } from './style.ts';
import { throughput } from './throughput.ts';
import { findings, notes } from './todo.ts';
import { totals, verdict } from './verdict.ts';

/** Bytes of UTF-8 that a page stays below, whatever the run. */
export const PAGE_LIMIT = 5 * 1024 * 1024;
/** Of these, for findings and for notes. */
const FINDINGS_ROOM = 512 * 1024;
const NOTES_ROOM = 64 * 1024;
/** For everything between the findings and the table of objects. */
const SECTIONS_ROOM = 1024 * 1024;

/** @param rows for the table of objects */
export function renderPage(report: RunReport, rows: Rows): string {
  const policy = `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(script())}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${headline(report).slice(0, 200)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
${verdict(report)}
<main id="main" tabindex="-1">
${totals(report)}
${toDo(report)}
${sections(report)}
${objects(report, rows)}
${run(report)}
</main>
<footer><p>${report.tool.name} ${report.tool.version}${link(report)}</p></footer>
<script>${new Html(script())}</script>
</body>
</html>
`;
  return page.html;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function toDo(report: RunReport): Html | undefined {
  const found = fit(findings(report), FINDINGS_ROOM, 'finding');
  const said = fit(notes(report), NOTES_ROOM, 'note');
  if (found === undefined && said === undefined) return undefined;
  return html`<section aria-labelledby="todo"><h2 id="todo">${found === undefined ? 'Notes' : 'What is wrong'}</h2>${found}${said}</section>`;
}

function sections(report: RunReport): Html | undefined {
  const parts = [engines, throughput, sizes, prefixes, evidence, reasons, checks].map(section =>
    section(report),
  );
  return fit(parts, SECTIONS_ROOM, 'section');
}

function run(report: RunReport): Html {
  const tables = fit([identities(report), timings(report), requests(report)], NOTES_ROOM * 4, 'table');
  return html`<section aria-labelledby="run"><h2 id="run">Run</h2>${tables}${fit([settings(report)], NOTES_ROOM * 4, 'table')}</section>`;
}

/** The parts for which there is room, and a word on the others; `undefined` where there is nothing. */
function fit(parts: readonly (Html | undefined)[], room: number, noun: string): Html | undefined {
  const texts = parts.flatMap(part => part?.html ?? []);
  if (texts.length === 0) return undefined;
  const { kept, left } = fitting(texts, room);
  const word =
    left > 0 ? html`<p>${count(left, noun)} too long for this page; see report.json.</p>` : undefined;
  return html`${new Html(kept.join('\n'))}${word}`;
}

function link({ runUrl }: RunReport): Html | undefined {
  return runUrl?.startsWith('https://') ? html` · <a href="${runUrl}">workflow run</a>` : undefined;
}
