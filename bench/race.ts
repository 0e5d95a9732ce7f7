/** The same work for every program in turn, several rounds, on a fresh destination each time. */
import { type Client, ours, PEERS, type Work } from './clients.ts';
import { type Measured, measure } from './measure.ts';
import { Server } from './server.ts';
import type { Counts } from './stand-in.ts';

export interface Race {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly work: Work;
  /** Objects in the source. */
  readonly objects: number;
  readonly latencyMs: number;
  readonly rounds: number;
  /** Most that we may need of what a peer needs, by the peer's name. */
  readonly targets: readonly Target[];
}

export interface Target {
  readonly figure: 'cpu' | 'wall';
  readonly peer: string;
  readonly atMost: number;
}

/** Medians over the rounds. */
export interface Standing extends Omit<Measured, 'output' | 'disk'> {
  readonly client: string;
  readonly requests: Counts;
}

/** @param told what is under way, for people who wait */
export async function run(race: Race, rounds: number, told: (line: string) => void): Promise<Standing[]> {
  const { name, work, objects, latencyMs } = race;
  const buckets = [
    { name: 'source', objects },
    { name: 'destination', objects: work === 'sync' ? objects : 0 },
  ];
  const server = await Server.start({ buckets, latencyMs, closed: false });
  const clients = [ours, ...PEERS.filter(({ program }) => program !== undefined)];
  const runs = new Map<Client, Standing[]>(clients.map(client => [client, []]));
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const [client, standings] of runs) {
        await server.reset();
        const measured = await attempt(client, work, server.endpoint);
        if (typeof measured === 'string') {
          told(`${name}: ${client.name} is left out: ${measured}`);
          runs.delete(client);
          continue;
        }
        const { cpu, wall, peak } = measured;
        standings.push({ client: client.name, cpu, wall, peak, requests: await server.reset() });
        told(`${name}, round ${round}: ${client.name} ${cpu.toFixed(2)} s CPU, ${wall.toFixed(2)} s`);
      }
    }
  } finally {
    await server.stop();
  }
  return [...runs.values()].map(inTheMiddle);
}

/** A peer that cannot do the work, an old version perhaps, is no reason to measure nothing. */
async function attempt(client: Client, work: Work, endpoint: string): Promise<Measured | string> {
  try {
    return await measure(client.command(work, endpoint));
  } catch (error) {
    if (client === ours) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function inTheMiddle(standings: readonly Standing[]): Standing {
  const [last] = standings.slice(-1);
  if (last === undefined) throw new RangeError('A race without a round.');
  const of = (figure: 'cpu' | 'wall' | 'peak') => median(standings.map(standing => standing[figure]));
  return { ...last, cpu: of('cpu'), wall: of('wall'), peak: of('peak') };
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
