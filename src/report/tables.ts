/**
 * The numbers of a run as tables. Each is left out when it has nothing to say.
 */
import type { Mode } from '../model.ts';
import type { Proof, RunReport } from '../record.ts';
import { bytes, clip, code, count, details, join, type Markup, md, seconds, table } from './text.ts';

/** What a grade of evidence means, strongest first. */
const GRADES: Readonly<Record<Proof, string>> = {
  content: 'read on both sides, and the same',
  checksum: 'S3 holds the same checksum of the whole object on both sides',
  etag: 'same ETag on both sides, the MD5 of the content',
  'part-etag': 'same ETag on both sides, made of the MD5s of the parts',
  size: 'same size on both sides',
  none: 'not compared',
};

type Row = 'listed' | 'copied' | 'unchanged' | 'skipped' | 'failed' | 'deleted' | 'kept' | 'undeleted';

/** These add up, so they are shown even when they are zero; the others are news only when they are not. */
const ALWAYS: readonly Row[] = ['listed', 'copied', 'unchanged', 'skipped', 'failed'];

/** What the totals are called: a dry run speaks in the conditional, and verifying copies nothing. */
const NAMES: Readonly<Record<Exclude<Mode, 'preflight'>, Partial<Record<Row, string>>>> = {
  sync: {
    listed: 'Listed in the source',
    copied: 'Copied',
    unchanged: 'Unchanged',
    skipped: 'Skipped',
    failed: 'Failed',
    deleted: 'Deleted',
    kept: 'Only in the destination, kept',
    undeleted: 'Of these, should be gone',
  },
  'dry-run': {
    listed: 'Listed in the source',
    copied: 'Would be copied',
    unchanged: 'Unchanged',
    skipped: 'Would be skipped',
    failed: 'Would fail',
    deleted: 'Would be deleted',
    kept: 'Only in the destination, would be kept',
  },
  verify: {
    listed: 'Listed in the source',
    unchanged: 'Equal',
    skipped: 'Skipped',
    failed: 'Different',
    kept: 'Only in the destination',
    undeleted: 'Of these, should be gone',
  },
  health: {
    listed: 'Listed in the source',
    unchanged: 'Replicated',
    skipped: 'On their way, or not for replication',
    failed: 'Not replicated',
    kept: 'Only in the destination',
  },
};

export function totals({ mode, totals }: RunReport): Markup | undefined {
  if (mode === 'preflight') return undefined;
  const sizes: Partial<Record<Row, number>> = { listed: totals.bytesListed, copied: totals.bytesCopied };
  const rows = (Object.entries(NAMES[mode]) as [Row, string][])
    .filter(([row]) => totals[row] > 0 || ALWAYS.includes(row))
    .map(([row, name]) => [md`${name}`, md`${totals[row]}`, size(sizes[row])]);
  return table(
    [
      ['', 'left'],
      ['Objects', 'right'],
      ['Size', 'right'],
    ],
    rows,
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

export function evidence({ totals }: RunReport): Markup | undefined {
  const grades = (Object.keys(GRADES) as Proof[]).filter(proof => totals.proofs[proof] > 0);
  if (grades.length === 0) return undefined;
  const body = table(
    [
      ['Evidence', 'left'],
      ['Meaning', 'left'],
      ['Objects', 'right'],
    ],
    grades.map(proof => [md`${proof}`, md`${GRADES[proof]}`, md`${totals.proofs[proof]}`]),
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
