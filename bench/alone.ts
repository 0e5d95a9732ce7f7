/** What only concerns us: memory however much there is to do, places in flight put to use, and the start. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours } from './clients.ts';
import { type Measured, measure } from './measure.ts';
import { Server } from './server.ts';

/** A run that compares two buckets of so many objects and finds nothing to do. */
export async function compareAlike(objects: number): Promise<Measured> {
  const buckets = ['source', 'destination'].map(name => ({ name, objects }));
  return withServer({ buckets, latencyMs: 0, closed: false }, endpoint =>
    measure(ours.command('sync', endpoint)),
  );
}

/** Copies a second while copying, with every answer so late. */
export async function copyFrom(
  objects: number,
  latencyMs: number,
  concurrency: number,
): Promise<{ readonly rate: number; readonly measured: Measured }> {
  const buckets = [
    { name: 'source', objects },
    { name: 'destination', objects: 0 },
  ];
  const report = await mkdtemp(join(tmpdir(), 'bench-report-'));
  try {
    return await withServer({ buckets, latencyMs, closed: false }, async endpoint => {
      const inputs = { concurrency: String(concurrency), report };
      const measured = await measure(ours.command('copy', endpoint, inputs));
      const { timings } = JSON.parse(await readFile(join(report, 'report.json'), 'utf8'));
      return { rate: objects / timings.transfer, measured };
    });
  } finally {
    await rm(report, { recursive: true, force: true });
  }
}

/** A run whose first request is refused: everything it takes to get there, and a little more. */
export async function startOnly(): Promise<Measured> {
  const buckets = ['source', 'destination'].map(name => ({ name, objects: 0 }));
  return withServer({ buckets, latencyMs: 0, closed: true }, endpoint =>
    measure(ours.command('sync', endpoint), true),
  );
}

async function withServer<T>(
  stage: Parameters<typeof Server.start>[0],
  work: (endpoint: string) => Promise<T>,
): Promise<T> {
  const server = await Server.start(stage);
  try {
    return await work(server.endpoint);
  } finally {
    await server.stop();
  }
}
