/** The engines compared, the one that was taken marked. */
import type { EngineOffer, RunReport } from '../../record.ts';
import { about, clip } from '../text.ts';
import { costWords, priceWords, VERDICTS } from '../words.ts';
import { type Html, html } from './html.ts';

/** Characters of one thing that is said. */
const REMARKS = 4000;

export function engines({ engines: compared }: RunReport): Html | undefined {
  if (compared === undefined) return undefined;
  const { why, offers, prices } = compared;
  return html`<section aria-labelledby="engines"><h2 id="engines">Engines</h2>
<p>${clip(why, REMARKS)}</p>
<table class="offers"><caption>What each engine would take, estimated</caption>
<thead><tr><th scope="col">Engine</th><th scope="col">Verdict</th><th scope="col">Time</th><th scope="col">Cost</th><th scope="col">Remarks</th></tr></thead>
<tbody>${offers.map(row)}</tbody></table>
<p class="quiet">${clip(priceWords(prices), REMARKS)}</p></section>`;
}

function row(offer: EngineOffer): Html {
  const { engine, verdict, seconds } = offer;
  const remarks = [...offer.reasons, ...offer.remarks].map(one => html`<p>${clip(one, REMARKS)}</p>`);
  return html`<tr class="${verdict}"><th scope="row">${engine}</th><td><span class="word">${VERDICTS[verdict]}</span></td><td>${about(seconds)}</td><td>${costWords(offer)}</td><td>${remarks}</td></tr>\n`;
}
