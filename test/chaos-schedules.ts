/** Schedules in which nothing goes wrong by itself, for tests of the judges. */
import type { Buckets, Schedule } from '../chaos/schedule.ts';

export function plain(preserve: string, buckets: Partial<Buckets>): Schedule {
  return {
    seed: 0,
    engine: 'copy',
    settings: {
      inputs: { compare: 'auto', preserve },
      prefixes: { source: 'in/', destination: 'out/' },
    },
    buckets: {
      missing: 0,
      large: 0,
      unchanged: 0,
      outdated: 0,
      extraneous: 0,
      pageLimit: 1000,
      skewMinutes: 0,
      ...buckets,
    },
    rounds: [],
  };
}

export function deleting({ settings, ...schedule }: Schedule): Schedule {
  return { ...schedule, settings: { ...settings, inputs: { ...settings.inputs, delete: 'true' } } };
}
