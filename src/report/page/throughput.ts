/** How fast the transfer was, over its time: bytes and objects a second, each in a chart of its own, and as a table. */
import { max, nice, ticks } from 'd3-array';
import { area, curveStepBefore } from 'd3-shape';
import type { Moment, RunReport } from '../../record.ts';
import { bytes, seconds, thousands } from '../text.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';

/** Rates over fewer intervals say nothing. */
const FEWEST = 4;
const [WIDTH, HEIGHT] = [1000, 100];

/** What was done between two samples. */
interface Rate {
  readonly from: number;
  readonly to: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Nothing of a transfer that was over before it could be looked at a few times. */
export function throughput({ throughput = [] }: RunReport): Html | undefined {
  const rates = ratesOf(throughput);
  const end = rates.at(-1);
  if (end === undefined || rates.length < FEWEST) return undefined;
  return html`<section aria-labelledby="throughput"><h2 id="throughput">Throughput</h2>
<p class="quiet">Counted when an object is done, so that large ones arrive all at once.</p>
<div class="charts">${chart('Bytes a second', rates, end.to, ({ bytes }) => bytes, bytes, 1024)}${chart(
    'Objects a second',
    rates,
    end.to,
    ({ objects }) => objects,
    number => thousands(Math.round(number * 10) / 10),
    1000,
  )}</div>
<details><summary>As a table</summary>${asTable(rates)}</details></section>`;
}

function ratesOf(moments: readonly Moment[]): Rate[] {
  return moments.slice(1).flatMap((moment, index) => {
    const before = moments[index];
    const span = moment.seconds - (before?.seconds ?? 0);
    if (before === undefined || span <= 0) return [];
    return [
      {
        from: before.seconds,
        to: moment.seconds,
        objects: (moment.objects - before.objects) / span,
        bytes: (moment.bytes - before.bytes) / span,
      },
    ];
  });
}

/** @param base of the units, so that the marks of the axis are round numbers of them */
function chart(
  title: string,
  rates: readonly Rate[],
  end: number,
  amount: (rate: Rate) => number,
  words: (value: number) => string,
  base: number,
): Html {
  const highest = max(rates, amount) ?? 0;
  const unit = highest < 1 ? 1 : base ** Math.floor(Math.log(highest) / Math.log(base));
  const [, top] = nice(0, Math.max(highest / unit, Number.EPSILON), 3);
  const marks = ticks(0, top, 3).map(mark => mark * unit);
  const y = (value: number) => HEIGHT - (HEIGHT * value) / (top * unit);
  const shape = area<readonly [number, number]>()
    .x(([x]) => (WIDTH * x) / end)
    .y0(HEIGHT)
    .y1(([, value]) => y(value))
    .curve(curveStepBefore)
    .digits(1);
  const points = rates.map(rate => [rate.to, amount(rate)] as const);
  const path = shape([[rates[0]?.from ?? 0, points[0]?.[1] ?? 0], ...points]) ?? '';
  const grid = marks.map(mark => html`<path class="grid" d="M0 ${String(y(mark))}H${String(WIDTH)}"/>`);
  const mean = rates.reduce((sum, rate) => sum + amount(rate) * (rate.to - rate.from), 0) / end;
  const said = `${title}: ${words(mean)} on average, at most ${words(highest)}`;
  return html`<figure class="chart"><figcaption>${said}</figcaption>
<div class="plot"><div class="y" aria-hidden="true">${marks.toReversed().map(mark => html`<span>${words(mark)}</span>`)}</div>
<svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" preserveAspectRatio="none" role="img" aria-label="${said}">${grid}<path class="area" d="${path}"/></svg>
<div class="x" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map(share => html`<span>${share === 0 ? '0' : seconds(round(end * share))}</span>`)}</div></div></figure>`;
}

function round(time: number): number {
  return time > 20 ? Math.round(time) : Math.round(time * 10) / 10;
}

function asTable(rates: readonly Rate[]): Html {
  return table(
    'Throughput',
    [
      { title: 'Until' },
      { title: 'Objects a second', kind: 'number' },
      { title: 'Bytes a second', kind: 'number' },
    ],
    rates.map(rate => [
      html`${seconds(round(rate.to))}`,
      html`${Math.round(rate.objects * 10) / 10}`,
      html`${bytes(rate.bytes)}`,
    ]),
  );
}
