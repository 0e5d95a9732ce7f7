/** How the run was made: checks, identities, settings, time and requests. */
import type { CheckResult, Verdict } from '../../model/checks.ts';
import type { RunReport } from '../../record.ts';
import { bytes, clip, seconds } from '../text.ts';
import { tallyOf, worstFirst } from '../words.ts';
import { type Html, html } from './html.ts';
import { bar, pairs, table } from './table.ts';
import { remedy } from './todo.ts';

const TEXT = 2000;

const WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'Passed',
  warn: 'Warning',
  fail: 'Failed',
  unknown: 'Unknown',
};

export function checks({ checks }: RunReport): Html | undefined {
  if (checks.length === 0) return undefined;
  const passed = checks.filter(({ verdict }) => verdict === 'pass');
  const others = worstFirst(checks).filter(({ verdict }) => verdict !== 'pass');
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
<p class="quiet">${tallyOf(checks)}</p>${list(others)}${
    passed.length === 0 ? undefined : html`<details><summary>What passed</summary>${list(passed)}</details>`
  }</section>`;
}

function list(checks: readonly CheckResult[]): Html | undefined {
  return checks.length === 0 ? undefined : html`<ul class="checks">${checks.map(check)}</ul>`;
}

/** What to do about a check that failed stands at the top of the page. */
function check({ check, verdict, seen, fix }: CheckResult): Html {
  const advice = verdict === 'fail' ? undefined : remedy(fix);
  return html`<li class="${verdict}"><h3><code>${check}</code> <span class="word">${WORDS[verdict]}</span></h3><p>${clip(seen, TEXT)}</p>${advice}</li>\n`;
}

export function identities({ identities, regions }: RunReport): Html | undefined {
  if (identities.length === 0) return undefined;
  return table(
    'Identities',
    [{ title: 'Side' }, { title: 'Account' }, { title: 'Identity' }, { title: 'Region' }],
    identities.map(({ side, account, arn, how }) => [
      html`${side}`,
      html`${account ?? 'unknown'}`,
      arn === undefined
        ? html`unknown`
        : html`<code>${arn}</code> <span class="quiet">${how === 'oidc' ? 'by OIDC' : "the job's own"}</span>`,
      html`${regions[side] ?? 'unknown'}`,
    ]),
  );
}

export function timings({ timings }: RunReport): Html | undefined {
  const rows = Object.entries(timings);
  if (rows.length === 0) return undefined;
  const longest = Math.max(...rows.map(([, time]) => time));
  return table(
    'Time',
    [{ title: 'Phase' }, { title: 'Share', kind: 'share' }, { title: 'Time', kind: 'number' }],
    rows.map(([phase, time]) => [html`${phase}`, bar(time, longest), html`${seconds(time)}`]),
  );
}

export function requests({ requests, bytesRead, slowedTo }: RunReport): Html | undefined {
  const rows = Object.entries(requests).map(([verb, number]) => [html`${verb}`, html`${number}`]);
  if (bytesRead !== undefined) rows.push([html`read to compare contents`, html`${bytes(bytesRead)}`]);
  if (slowedTo !== undefined) rows.push([html`copies in flight, at the lowest`, html`${slowedTo}`]);
  if (rows.length === 0) return undefined;
  return table('Requests', [{ title: 'Request' }, { title: 'Number', kind: 'number' }], rows);
}

/** As the inputs were given or meant. */
export function settings({ settings }: RunReport): Html {
  const rows = Object.entries(settings).map(
    ([name, value]) =>
      [html`<code>${name}</code>`, html`<code>${clip(wordsFor(value), TEXT)}</code>`] as const,
  );
  return html`<details><summary>Settings</summary>${pairs('Settings', rows)}</details>`;
}

function wordsFor(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
