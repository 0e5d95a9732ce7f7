/** The engines compared: which was taken and why, and what each would have taken. */
import type { EngineOffer, Engines, RunReport } from '../record.ts';
import { about, clip, details, join, type Markup, md, table } from './text.ts';
import { costWords, priceWords, VERDICTS } from './words.ts';

/** Characters of one thing that is said of an engine. */
const REMARKS = 600;

/** In plain sight where one is to decide by it, else folded away. */
export function engines({ engines: compared, mode }: RunReport): Markup | undefined {
  if (compared === undefined) return undefined;
  const why = md`${clip(compared.why, REMARKS)}`;
  const body = join(
    [comparison(compared), md`<sub>${clip(priceWords(compared.prices), REMARKS)}</sub>`],
    '\n\n',
  );
  return mode === 'dry-run' ? md`${why}\n\n${body}` : details(why, body);
}

function comparison({ offers }: Engines): Markup {
  return table(
    [
      ['Engine', 'left'],
      ['Verdict', 'left'],
      ['Time', 'left'],
      ['Cost', 'right'],
      ['Remarks', 'left'],
    ],
    offers.map(row),
  );
}

function row(offer: EngineOffer): Markup[] {
  const { engine, verdict, seconds } = offer;
  const isChosen = verdict === 'chosen';
  const marked = (text: string) => (isChosen ? md`**${text}**` : md`${text}`);
  return [
    marked(engine),
    isChosen ? md`✅ **${VERDICTS[verdict]}**` : md`${VERDICTS[verdict]}`,
    md`${about(seconds)}`,
    marked(costWords(offer)),
    join(
      [...offer.reasons, ...offer.remarks].map(remark => md`${clip(remark, REMARKS)}`),
      '<br>',
    ),
  ];
}
