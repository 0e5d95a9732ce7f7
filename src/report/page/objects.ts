/**
 * The table of objects. It works as it stands; the script of the page makes it sortable, and has it show a whole
 * `objects.ndjson` where the page has room for a part of it only.
 */
import type { RunReport } from '../../record.ts';
import type { Row, Rows } from '../digest/rows.ts';
import { clip, count, thousands } from '../text.ts';
import { figure, type Html, html } from './html.ts';

/** Bytes of HTML. */
const ROOM = 3 * 1024 * 1024;

/** What most needs to be seen comes first. The script sorts by it, too. */
export const ACTIONS: readonly string[] = [
  'failed',
  'kept',
  'skipped',
  'deleted',
  'would-delete',
  'copied',
  'would-copy',
  'unchanged',
];

export function objects({ mode }: RunReport, { rows, inAll }: Rows): Html | undefined {
  if (mode === 'preflight' || inAll === 0) return undefined;
  const shown = fitting(rows);
  const left = inAll - shown.length;
  return html`<section aria-labelledby="objects"><h2 id="objects">Objects</h2>
${left === 0 ? html`<p class="quiet">All ${count(inAll, 'object')} of both sides.</p>` : partial(shown.length, left, inAll)}
<form id="filter" hidden><label>Search <input type="search" id="text" autocomplete="off" placeholder="key, error, request"></label>
<label>Action <select id="action"></select></label><label>Reason <select id="reason"></select></label></form>
<p id="told" class="quiet" role="status" aria-live="polite" hidden></p><progress id="progress" max="1" value="0" aria-label="Reading" hidden></progress>
<table id="rows" data-all="${figure(inAll)}"><caption class="unseen">Objects, by default what went wrong first</caption>
<thead><tr><th scope="col" data-by="action" aria-sort="ascending">Action</th><th scope="col" data-by="reason">Reason</th><th scope="col" data-by="line">Key</th><th scope="col" data-by="size" class="number">Bytes</th><th scope="col" data-by="proof">Evidence</th></tr></thead>
<tbody>${shown.map(({ row }) => row)}</tbody></table>
<nav id="pages" aria-label="Pages of objects" hidden><button type="button" data-go="first">First</button><button type="button" data-go="back">Back</button><span id="where"></span><button type="button" data-go="on">Next</button><button type="button" data-go="last">Last</button></nav>
<template id="row">${asRow({ line: 0, action: '', reason: '', key: '', size: '', proof: '', note: '' })}</template></section>`;
}

/** Says plainly what is not there, and where it is. */
function partial(shown: number, left: number, inAll: number): Html {
  return html`<p>This page holds ${count(shown, 'object')} of every kind, what went wrong first. <strong>${count(left, 'object')} of ${thousands(inAll)} ${left === 1 ? 'is' : 'are'} left out</strong>; <code>objects.ndjson</code> in the same folder has them all.</p>
<p id="pick" hidden><label class="button">Open objects.ndjson <input type="file" id="file" class="unseen" accept=".ndjson"></label> <span class="quiet">It is read here, in this page, and goes nowhere.</span></p>`;
}

interface Line {
  readonly line: number;
  readonly action: string;
  readonly reason: string;
  readonly key: string;
  readonly size: string;
  readonly proof: string;
  readonly note: string;
}

/** One for the rows of the page and for those that the script fills. */
function asRow({ line, action, reason, key, size, proof, note }: Line): Html {
  return html`<tr data-line="${figure(line)}"><td class="action ${action}">${action}</td><td class="reason">${reason}</td><th scope="row"><code class="key">${key}</code><span class="why">${note}</span></th><td class="number size">${size}</td><td class="proof">${proof}</td></tr>\n`;
}

function rowOf(row: Row): Html {
  return asRow({
    line: row.line,
    action: row.action,
    reason: row.reason,
    key: clip(row.key, 1200),
    size: thousands(row.size),
    proof: row.proof,
    note: noteOf(row),
  });
}

function noteOf({ error, requestId }: Row): string {
  if (error === undefined) return '';
  return `${error.code}: ${error.message}${requestId === undefined ? '' : ` (request ${requestId})`}`;
}

/** A row of every kind in turn for as long as there is room, then in order. */
function fitting(rows: readonly Row[]): readonly { readonly row: Html }[] {
  const kinds = Map.groupBy(rows, ({ action, reason }) => `${action}: ${reason}`);
  const longest = Math.max(0, ...[...kinds.values()].map(({ length }) => length));
  const kept: { readonly of: Row; readonly row: Html }[] = [];
  let room = ROOM;
  for (let index = 0; index < longest; index++) {
    for (const kind of kinds.values()) {
      const of = kind[index];
      if (of === undefined) continue;
      const row = rowOf(of);
      room -= Buffer.byteLength(row.html);
      if (room < 0) return kept.sort((a, b) => inOrder(a.of, b.of));
      kept.push({ of, row });
    }
  }
  return kept.sort((a, b) => inOrder(a.of, b.of));
}

function inOrder(a: Row, b: Row): number {
  return ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) || a.line - b.line;
}
