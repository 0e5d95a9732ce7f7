/**
 * The numbers of a run as tables. Each is left out when it has nothing to say.
 */
import type { RunReport } from '../record.ts';
import { bytes, clip, code, count, details, join, type Markup, md, seconds, table } from './text.ts';
import { GRADES, gradesGiven, namedTotals } from './words.ts';

export function totals(report: RunReport): Markup | undefined {
  const rows = namedTotals(report);
  if (rows.length === 0) return undefined;
  return table(
    [
      ['', 'left'],
      ['Objects', 'right'],
      ['Size', 'right'],
    ],
    rows.map(({ name, objects, bytes }) => [md`${name}`, md`${objects}`, size(bytes)]),
  );
}

function size(number: number | undefined): Markup {
  return number === undefined ? md`` : md`${bytes(number)}`;
}

export function identities({ identities, regions }: RunReport): Markup | undefined {
  if (identities.length === 0) return undefined;
  const unknown = md`unknown`;
  return table(
    [
      ['Side', 'left'],
      ['Account', 'left'],
      ['Identity', 'left'],
      ['Region', 'left'],
    ],
    identities.map(({ side, account, arn, how }) => [
      md`${side}`,
      account === undefined ? unknown : code(account),
      arn === undefined ? unknown : md`${code(arn)} (${how === 'oidc' ? 'by OIDC' : "the job's own"})`,
      md`${regions[side] ?? 'unknown'}`,
    ]),
  );
}

export function reasons({ totals, mode }: RunReport): Markup | undefined {
  const rows = Object.entries(totals.reasons).filter(([, number]) => number > 0);
  if (rows.length === 0 || mode === 'preflight') return undefined;
  const body = table(
    [
      ['Action and reason', 'left'],
      ['Objects', 'right'],
    ],
    rows.map(([reason, number]) => [md`${reason}`, md`${number}`]),
  );
  return details(md`Why each object was treated as it was`, body);
}

export function evidence(report: RunReport): Markup | undefined {
  const grades = gradesGiven(report);
  if (grades.length === 0) return undefined;
  const body = table(
    [
      ['Evidence', 'left'],
      ['Meaning', 'left'],
      ['Objects', 'right'],
    ],
    grades.map(proof => [md`${proof}`, md`${GRADES[proof]}`, md`${report.totals.proofs[proof]}`]),
  );
  return details(md`How strong the evidence is`, body);
}

/** One part for each note, so that a long one cannot push the others off the page. */
export function notes({ notes }: RunReport): Markup[] {
  return notes.map(note => md`- ${clip(note, 2000)}`);
}

/** Nothing when S3 took the run as fast as it came. */
export function slowDowns({ requests, slowedTo, settings }: RunReport): Markup | undefined {
  const { throttled = 0 } = requests;
  if (throttled === 0) return undefined;
  const asked = `S3 asked to slow down ${count(throttled, 'time')}`;
  if (slowedTo !== undefined) return md`${asked}; the pace was lowered to ${slowedTo} copies in flight.`;
  if (settings.concurrency === 'auto') return md`${asked}.`;
  return md`${asked}; a lower ${code('concurrency')} or ${code('max-rate')} avoids that.`;
}

export function timings(report: RunReport): Markup {
  const took = (Date.parse(report.finished) - Date.parse(report.started)) / 1000;
  const phases = Object.entries(report.timings).map(([phase, time]) => md`${phase} ${seconds(time)}`);
  const requests = Object.entries(report.requests).map(([verb, number]) => md`${verb} ${number}`);
  const lines = [
    md`${report.tool.name} ${report.tool.version}, engine ${report.engine}, ${seconds(took)}`,
    ...(phases.length > 0 ? [join(phases, ', ')] : []),
    ...(requests.length > 0 ? [md`requests: ${join(requests, ', ')}`] : []),
    ...(report.bytesRead === undefined ? [] : [md`${bytes(report.bytesRead)} read to compare contents`]),
  ];
  return md`<sub>${join(lines, ' · ')}</sub>`;
}
