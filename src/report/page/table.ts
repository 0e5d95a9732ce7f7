/** Tables of numbers, with bars where a glance should do. */
import type { Share } from '../../record.ts';
import { figure, type Html, html } from './html.ts';

export interface Column {
  readonly title: string;
  readonly kind?: 'number' | 'share';
}

/** @param rows cells of each; the first names the row */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Html[])[]): Html {
  const kindOf = (index: number) => {
    const kind = columns[index]?.kind;
    return kind && html` class="${kind}"`;
  };
  const head = columns.map(({ title }, index) => html`<th scope="col"${kindOf(index)}>${title}</th>`);
  const cell = (content: Html, index: number) =>
    index === 0 ? html`<th scope="row">${content}</th>` : html`<td${kindOf(index)}>${content}</td>`;
  const hasShares = columns.some(({ kind }) => kind === 'share');
  return html`<table${hasShares ? html` class="shares of-${columns.length - 1}"` : undefined}><caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${rows.map(cells => html`<tr>${cells.map(cell)}</tr>\n`)}</tbody></table>`;
}

/** Names and what they stand for. */
export function pairs(caption: string, rows: readonly (readonly [Html, Html])[]): Html {
  const body = rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`);
  return html`<table class="pairs"><caption>${caption}</caption><tbody>${body}</tbody></table>`;
}

/** For the eye only: what it shows stands beside it in numbers. */
export function bar(part: number, whole: number, kind = 'amount'): Html {
  const width = whole === 0 ? 0 : (100 * part) / whole;
  // What there is should be seen to be there.
  const shown = part > 0 ? Math.max(width, 0.5) : 0;
  return html`<svg class="bar" aria-hidden="true"><rect class="${kind}" width="${figure(shown)}%" height="100%" rx="2"/></svg>`;
}

/** The objects of a share against the largest of all: copied, failed, and the rest. */
export function shareBar({ objects, copied, failed }: Share, most: number): Html {
  const scale = (number: number) => (most === 0 ? 0 : (100 * number) / most);
  const parts = [
    { kind: 'copied', number: copied },
    { kind: 'failed', number: failed },
    { kind: 'plain', number: objects - copied - failed },
  ];
  let at = 0;
  const rects = parts.map(({ kind, number }) => {
    const x = at;
    const width = number > 0 ? Math.max(scale(number), 0.5) : 0;
    at += width;
    return html`<rect class="${kind}" x="${figure(x)}%" width="${figure(width)}%" height="100%"/>`;
  });
  return html`<svg class="bar" aria-hidden="true">${rects}</svg>`;
}
