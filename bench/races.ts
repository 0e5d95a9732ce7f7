/** What is raced, and what was set out to be reached. */
import type { Race } from './race.ts';

const MILLION = 1_000_000;

export const RACES: readonly Race[] = [
  {
    name: 'copy',
    title: 'Copy 20,000 objects of 1 KiB into an empty bucket',
    work: 'copy',
    objects: 20_000,
    latencyMs: 0,
    rounds: 3,
    targets: [
      { figure: 'cpu', peer: 's5cmd', atMost: 0.5 },
      { figure: 'cpu', peer: 'rclone', atMost: 0.4 },
    ],
  },
  {
    name: 'list',
    title: 'List 1,000,000 objects',
    work: 'list',
    objects: MILLION,
    latencyMs: 0,
    rounds: 1,
    targets: [{ figure: 'cpu', peer: 's5cmd', atMost: 0.2 }],
  },
  {
    name: 'list-far',
    title: 'List 1,000,000 objects of one flat bucket, every answer 50 ms away',
    work: 'list',
    objects: MILLION,
    latencyMs: 50,
    rounds: 1,
    targets: [{ figure: 'wall', peer: 's5cmd', atMost: 0.1 }],
  },
  {
    name: 'nothing-to-do',
    title: 'Find out that 1,000,000 objects have arrived already',
    work: 'sync',
    objects: MILLION,
    latencyMs: 0,
    rounds: 1,
    targets: ['rclone', 'aws', 's5cmd'].map(peer => ({ figure: 'cpu', peer, atMost: 0.2 }) as const),
  },
];
