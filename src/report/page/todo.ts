/** What is wrong and what to do about it: checks that failed, then failures by cause; and what is only worth a word. */
import { type CheckResult, type Fix, isFailed } from '../../model/checks.ts';
import type { FailureGroup } from '../../model/outcome.ts';
import type { RunReport } from '../../record.ts';
import { type PolicyToChange, policiesToChange } from '../policies.ts';
import { clip, count } from '../text.ts';
import { causes, HALTED, isHalt, whyOf } from '../words.ts';
import { type Html, html, lines } from './html.ts';

/** Causes shown in full. */
const CAUSES = 20;
const MESSAGE = 2000;
const PASTE = 20_000;

/** The parts of a section, one a finding; nothing when all is well. */
export function findings(report: RunReport): Html[] {
  const failed = report.checks.filter(isFailed);
  const ordered = causes(report);
  const left = ordered.length - CAUSES;
  return [
    ...failed.map(failedCheck),
    ...ordered.slice(0, CAUSES).map(cause),
    ...(left > 0 ? [html`<p>${count(left, 'more cause')} in report.json.</p>`] : []),
    ...policiesToChange(report).map(policy),
  ];
}

/** Several findings may ask for the same policy. */
function policy({ title, asked, text }: PolicyToChange): Html {
  return html`<article class="finding"><h3>${title}</h3>
<p class="todo">Add what is missing for ${asked.join(', ')}:</p>${toPaste(text)}</article>`;
}

function failedCheck({ check, seen, fix }: CheckResult): Html {
  return html`<article class="finding"><h3>Check failed: <code>${check}</code></h3>
<p>${clip(seen, MESSAGE)}</p>${remedy(fix, true)}</article>`;
}

function cause(group: FailureGroup): Html {
  const { count: number, message, examples, requestId, fix } = group;
  const request =
    requestId === undefined ? undefined : html` <span class="quiet">Request <code>${requestId}</code></span>`;
  const keys = number > examples.length ? `First ${examples.length} of ${count(number, 'key')}` : 'Keys';
  const list = examples.map(key => html`<li><code>${clip(key, 1200)}</code></li>`);
  return html`<article class="finding"><h3>${title(group)}</h3>
<p>${clip(message, MESSAGE)}${request}</p>${remedy(fix, true)}${
    examples.length === 0
      ? undefined
      : html`<details><summary>${keys}</summary><ul class="keys">${list}</ul></details>`
  }</article>`;
}

/**
 * What to do, and the text to paste in plain sight: without it the run cannot work.
 *
 * @param withPolicies what goes into policies is shown policy by policy
 */
export function remedy(fix: Fix | undefined, withPolicies = false): Html | undefined {
  if (fix === undefined) return undefined;
  return html`<p class="todo"><strong>What to do:</strong> ${clip(fix.todo, MESSAGE)}</p>${
    fix.paste === undefined || (withPolicies && fix.grants !== undefined) ? undefined : toPaste(fix.paste)
  }`;
}

function toPaste(text: string): Html {
  return html`<div class="paste"><button type="button" class="copy" hidden>Copy</button><pre tabindex="0" role="region" aria-label="Text to paste"><code>${lines(clip(text, PASTE))}</code></pre></div>`;
}

/** One part for each note. */
export function notes({ notes }: RunReport): Html[] {
  return notes.map(note => html`<p class="note">${clip(note, MESSAGE)}</p>`);
}

function title(group: FailureGroup): Html {
  return isHalt(group)
    ? html`${HALTED}`
    : html`${count(group.count, 'object')}: <code>${group.code}</code> <span class="quiet">${whyOf(group)}</span>`;
}
