/** Where the objects and the bytes are: by size and by prefix; and how well each object is proven. */
import type { Mode } from '../../model/settings.ts';
import type { RunReport, Share } from '../../record.ts';
import { bytes, clip, count } from '../text.ts';
import { FAILED, GRADES, gradesGiven, sizeName } from '../words.ts';
import { type Html, html } from './html.ts';
import { bar, type Column, shareBar, table } from './table.ts';

export function sizes({ sizes, mode }: RunReport): Html | undefined {
  if (sizes.length === 0) return undefined;
  const most = Math.max(...sizes.map(({ objects }) => objects));
  return html`<section aria-labelledby="sizes"><h2 id="sizes">Sizes</h2>${legend(mode)}${table(
    'Objects of the source by size',
    columns('Size', mode),
    sizes.map(share => [html`${sizeName(share)}`, shareBar(share, most), ...numbers(share)]),
  )}</section>`;
}

export function prefixes({ prefixes, mode }: RunReport): Html | undefined {
  if (prefixes === undefined) return undefined;
  const { largest, others, without, slashes } = prefixes;
  const rows: (Share & { readonly name: Html })[] = [
    ...largest.map(share => ({ ...share, name: html`<code>${clip(share.prefix, 1200)}</code>` })),
    ...(others.prefixes > 0
      ? [{ ...others, name: html`${count(others.prefixes, 'other prefix', 'other prefixes')}` }]
      : []),
    ...(without.objects > 0 ? [{ ...without, name: html`keys with fewer slashes` }] : []),
  ];
  const most = Math.max(...rows.map(({ bytes }) => bytes));
  const nth = ['first', 'second', 'third'][slashes - 1] ?? '';
  return html`<section aria-labelledby="prefixes"><h2 id="prefixes">Largest prefixes</h2>
<p class="quiet">The text of a key up to its ${nth} slash after the prefix of the source, by bytes. All objects are counted.</p>${table(
    'Objects of the source by prefix, most bytes first',
    columns('Prefix', mode),
    rows.map(row => [row.name, bar(row.bytes, most), ...numbers(row)]),
  )}</section>`;
}

export function evidence(report: RunReport): Html | undefined {
  const grades = gradesGiven(report);
  if (grades.length === 0) return undefined;
  const { proofs } = report.totals;
  const most = Math.max(...grades.map(proof => proofs[proof]));
  return html`<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2>${table(
    'How copied and unchanged objects were verified, strongest first',
    [
      { title: 'Evidence' },
      { title: 'Share', kind: 'share' },
      { title: 'Meaning' },
      { title: 'Objects', kind: 'number' },
    ],
    grades.map(proof => [
      html`${proof}`,
      bar(proofs[proof], most),
      html`${GRADES[proof]}`,
      html`${proofs[proof]}`,
    ]),
  )}</section>`;
}

export function reasons({ totals, mode }: RunReport): Html | undefined {
  const rows = Object.entries(totals.reasons).filter(([, number]) => number > 0);
  if (rows.length === 0 || mode === 'preflight') return undefined;
  const most = Math.max(...rows.map(([, number]) => number));
  return html`<section aria-labelledby="reasons"><h2 id="reasons">Reasons</h2>${table(
    'Why each object was treated as it was',
    [{ title: 'Action and reason' }, { title: 'Share', kind: 'share' }, { title: 'Objects', kind: 'number' }],
    rows.map(([reason, number]) => [
      html`${reason}`,
      bar(number, most, reason.startsWith('failed') ? 'failed' : 'amount'),
      html`${number}`,
    ]),
  )}</section>`;
}

function columns(first: string, mode: Mode): readonly Column[] {
  return [
    { title: first },
    { title: 'Share', kind: 'share' },
    { title: 'Objects', kind: 'number' },
    { title: 'Bytes', kind: 'number' },
    { title: failedIn(mode), kind: 'number' },
  ];
}

/** Under the last three of these columns. */
function numbers({ objects, bytes: size, failed }: Share): Html[] {
  return [html`${objects}`, html`${bytes(size)}`, html`${failed}`];
}

function legend(mode: Mode): Html {
  const copied = mode === 'dry-run' ? 'would be copied' : 'copied';
  return html`<p class="legend" aria-hidden="true"><span class="copied">${copied}</span> <span class="failed">${FAILED[mode]}</span> <span class="plain">the rest</span></p>`;
}

/** As the title of a column. */
function failedIn(mode: Mode): string {
  return FAILED[mode].charAt(0).toUpperCase() + FAILED[mode].slice(1);
}
