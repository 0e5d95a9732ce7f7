/** The figures as Markdown. */
import { cpus } from 'node:os';
import { row } from '../bench/page.ts';
import type { EngineFigures, Figures } from './figures.ts';
import { FOUND } from './found.ts';
import { INVARIANTS, type Invariant } from './judge.ts';

export function page(figures: Figures): string {
  return `# Reliability

Written by \`npm run chaos -- --write\`, on a machine with ${cpus().length} cores. Each schedule is drawn from a number:

- two buckets with ordinary, awkward, large, changed, missing and extraneous objects, or with histories of such; inputs; and a
  clock that may be wrong;
- up to three runs in which requests are refused, throttled, cut off, lost, truncated, answered late or not at all, others put
  and delete objects on both sides, sessions end early, and the run is interrupted, terminated or killed after some number of
  requests; after each the post step, as a runner would run it;
- then runs in which nothing goes wrong, until one ends well, and \`mode: verify\`.

The runs are processes of the built action. AWS is [the lab](../CONTRIBUTING.md#the-lab).

\`npm run chaos -- --seed N --engine NAME\` plays one schedule again and shows it. The same number gives the same schedule;
when exactly something meets a request also depends on the machine.

## Schedules

${table(
  ['Engine', 'Schedules', 'Runs', 'Faults that struck', 'Signals', 'Done by others', 'Checks', 'Violations'],
  [...figures.engines]
    .sort()
    .map(([engine, of]) => [`\`${engine}\``, ...COLUMNS.map(name => told(of[name]))]),
)}

## What was looked at

${table(
  ['', 'What must hold', 'Checks', 'Violations'],
  Object.entries(INVARIANTS).map(([name, what]) => [
    capital(name),
    `${capital(what)}.`,
    told(figures.checks.get(name as Invariant)),
    told(figures.broken.get(name as Invariant)),
  ]),
)}

A run that is ended at once may leave two things that nobody else looks after, both without cost or harm: in
\`work-location\`, the upload without parts by which it tried whether it may write, if \`SIGTERM\` or \`SIGKILL\` came in that very
moment; and, after \`SIGKILL\` with \`wait: false\`, a plan below \`under-way/\` in \`work-location\` whose note was not written any more.

Without \`s3:ListBucketMultipartUploads\` an upload whose first answer was lost stays open (see [Permissions](permissions.md)).

## What went wrong on purpose

${table(['Fault', 'Times it struck'], counted(figures.struck))}

${table(['Besides', 'Times'], counted(figures.deeds))}

## Found and mended

What schedules have brought to light. Each has a test that fails without the repair.

${table(
  ['Fault', 'Test'],
  FOUND.map(({ what, test }) => [
    what,
    test
      .split(', ')
      .map(one => `[${one}](../test/${one})`)
      .join(', '),
  ]),
)}
`;
}

const COLUMNS: readonly (keyof EngineFigures)[] = [
  'schedules',
  'runs',
  'faults',
  'signals',
  'changes',
  'checks',
  'violations',
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Most frequent first. */
function counted(counts: ReadonlyMap<string, number>): string[][] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, times]) => [name, told(times)]);
}

function told(count = 0): string {
  return count.toLocaleString('en');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
