/** What only concerns us: memory however much there is to do, places in flight put to use, and the start. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours } from './clients.ts';
import { WORK } from './job.ts';
import { type Measured, measure } from './measure.ts';
import { megabytes, row, share, verdict } from './page.ts';
import { median } from './race.ts';
import { Server } from './server.ts';
import type { Stage } from './stand-in.ts';

export interface Alone {
  readonly name: string;
  /** Resolves to a section of the page. */
  measured(scale: number, told: (line: string) => void): Promise<string>;
}

/** What the action is asked for with few objects and with many. */
interface Load {
  readonly name: string;
  readonly work: 'sync' | 'copy';
  readonly inputs: Readonly<Record<string, string>>;
  readonly few: number;
  readonly many: number;
  /** Bytes. */
  readonly mostMemory: number;
}

const LOADS: readonly Load[] = [
  {
    name: 'nothing to do',
    work: 'sync',
    inputs: {},
    few: 50_000,
    many: 5_000_000,
    mostMemory: 250_000_000,
  },
  { name: 'copy', work: 'copy', inputs: {}, few: 50_000, many: 500_000, mostMemory: 250_000_000 },
  {
    name: 'batch',
    work: 'copy',
    inputs: {
      engine: 'batch',
      'batch-role': 'arn:aws:iam::444455556666:role/batch',
      'destination-account': '444455556666',
      'work-location': `s3://${WORK}/`,
    },
    few: 100_000,
    many: 1_000_000,
    mostMemory: 300_000_000,
  },
];

const memory: Alone = {
  name: 'memory',
  measured: async (scale, told) => {
    const rows: string[] = [];
    const verdicts: string[] = [];
    for (const { name, work, inputs, few, many, mostMemory } of LOADS) {
      const peaks: number[] = [];
      for (const objects of [few, Math.ceil(many * scale)]) {
        const { peak, cpu, wall } = await withServer(stage(work, objects), endpoint =>
          measure(ours.command(work, endpoint, inputs)),
        );
        peaks.push(peak);
        rows.push(
          row([name, objects.toLocaleString('en'), megabytes(peak), cpu.toFixed(1), wall.toFixed(1)]),
        );
        told(`${name} ${objects}: ${megabytes(peak)}`);
      }
      const [less = Number.NaN, more = Number.NaN] = peaks;
      verdicts.push(verdict(`${name}: many objects against few`, more / less, 1.25, share));
      verdicts.push(verdict(`${name}: many objects`, more, mostMemory, megabytes));
    }
    const head = ['', 'objects', 'peak memory', 'CPU s', 'wall s'];
    return ['## Memory', '', row(head), row(head.map(() => '---')), ...rows, '', ...verdicts, ''].join('\n');
  },
};

/** Numbers of objects in plans, each ten times the one before. */
const PLANS = [100_000, 1_000_000, 10_000_000];

const plans: Alone = {
  name: 'plans',
  measured: async (scale, told) => {
    const rows: string[] = [];
    const verdicts: string[] = [];
    for (const [name, work, inputs] of [
      ['nothing to do', 'sync', {}],
      ['dry run, all to copy', 'copy', { mode: 'dry-run' }],
    ] as const) {
      const peaks: number[] = [];
      for (const objects of PLANS.map(number => Math.ceil(number * scale))) {
        const { peak, disk, cpu } = await withServer(stage(work, objects), endpoint =>
          measure(ours.command(work, endpoint, inputs)),
        );
        peaks.push(peak);
        rows.push(
          row([name, objects.toLocaleString('en'), megabytes(peak), megabytes(disk), cpu.toFixed(1)]),
        );
        told(`${name} ${objects}: ${megabytes(peak)}, ${megabytes(disk)} on disk`);
      }
      const [least = Number.NaN] = peaks;
      verdicts.push(
        verdict(`${name}: most objects against fewest`, (peaks.at(-1) ?? Number.NaN) / least, 1.25, share),
      );
    }
    const head = ['', 'objects', 'peak memory', 'disk', 'CPU s'];
    const title = '## Large plans';
    return [title, '', row(head), row(head.map(() => '---')), ...rows, '', ...verdicts, ''].join('\n');
  },
};

const pace: Alone = {
  name: 'pace',
  measured: async (scale, told) => {
    const latencyMs = 50;
    const rows: string[] = [];
    const verdicts: string[] = [];
    for (const concurrency of [32, 64, 128, 256]) {
      const possible = (concurrency * 1000) / latencyMs;
      const rate = await copiesPerSecond(Math.ceil(possible * 10 * scale), latencyMs, concurrency);
      const used = rate / possible;
      rows.push(
        row([`${concurrency}`, possible.toFixed(0), rate.toFixed(0), `${(used * 100).toFixed(0)} %`]),
      );
      verdicts.push(
        verdict(
          `${concurrency} in flight: time lost`,
          1 - used,
          0.1,
          figure => `${(figure * 100).toFixed(0)} %`,
        ),
      );
      told(`${concurrency} in flight: ${rate.toFixed(0)} of ${possible} copies a second`);
    }
    const head = ['in flight', 'possible copies/s', 'copies/s', 'used'];
    const title = `## Copies with every answer ${latencyMs} ms away`;
    return [title, '', row(head), row(head.map(() => '---')), ...rows, '', ...verdicts, ''].join('\n');
  },
};

/** A run whose first request is refused: everything it takes to get there, and a little more. */
const start: Alone = {
  name: 'start',
  measured: async (_scale, told) => {
    const seconds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const { cpu } = await withServer({ ...stage('copy', 0), closed: true }, endpoint =>
        measure(ours.command('copy', endpoint), true),
      );
      seconds.push(cpu);
      told(`start: ${cpu} s`);
    }
    const written = (figure: number) => `${figure.toFixed(2)} s`;
    const words = 'CPU from the start to the end of a run whose first request is denied';
    return `## Start\n\n${verdict(words, median(seconds), 0.5, written)}\n`;
  },
};

export const ALONE: readonly Alone[] = [memory, plans, pace, start];

function stage(work: 'sync' | 'copy', objects: number): Stage {
  const buckets = [
    { name: 'source', objects },
    { name: 'destination', objects: work === 'sync' ? objects : 0 },
    { name: WORK, objects: 0 },
  ];
  return { buckets, latencyMs: 0, closed: false };
}

async function copiesPerSecond(objects: number, latencyMs: number, concurrency: number): Promise<number> {
  const report = await mkdtemp(join(tmpdir(), 'bench-report-'));
  try {
    const inputs = { concurrency: String(concurrency), report };
    await withServer({ ...stage('copy', objects), latencyMs }, endpoint =>
      measure(ours.command('copy', endpoint, inputs)),
    );
    const { timings } = JSON.parse(await readFile(join(report, 'report.json'), 'utf8'));
    return objects / timings.transfer;
  } finally {
    await rm(report, { recursive: true, force: true });
  }
}

async function withServer(stage: Stage, work: (endpoint: string) => Promise<Measured>): Promise<Measured> {
  const server = await Server.start(stage);
  try {
    return await work(server.endpoint);
  } finally {
    await server.stop();
  }
}
