/** What all schedules together amount to, engine by engine. */
import type { Invariant } from './judge.ts';
import type { Played } from './play.ts';
import type { Engine } from './variants.ts';

export interface EngineFigures {
  schedules: number;
  runs: number;
  faults: number;
  signals: number;
  /** What others did meanwhile. */
  changes: number;
  checks: number;
  violations: number;
}

export class Figures {
  readonly engines = new Map<Engine, EngineFigures>();
  readonly struck = new Map<string, number>();
  readonly deeds = new Map<string, number>();
  readonly checks = new Map<Invariant, number>();
  readonly broken = new Map<Invariant, number>();
  violations = 0;

  count({ schedule, judge, struck, deeds, runs }: Played): void {
    const figures = this.engines.get(schedule.engine) ?? {
      schedules: 0,
      runs: 0,
      faults: 0,
      signals: 0,
      changes: 0,
      checks: 0,
      violations: 0,
    };
    this.engines.set(schedule.engine, figures);
    const signals = sum([...deeds].filter(([name]) => name.startsWith('SIG')).map(([, count]) => count));
    figures.schedules++;
    figures.runs += runs;
    figures.faults += sum(struck.values());
    figures.signals += signals;
    figures.changes += sum(deeds.values()) - signals;
    figures.checks += sum(judge.checks.values());
    figures.violations += judge.violations.length;
    this.violations += judge.violations.length;
    for (const [name, times] of struck) add(this.struck, name, times);
    for (const [name, times] of deeds) add(this.deeds, name, times);
    for (const [name, times] of judge.checks) add(this.checks, name, times);
    for (const { invariant } of judge.violations) add(this.broken, invariant, 1);
  }
}

function add<K>(counts: Map<K, number>, name: K, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((all, count) => all + count, 0);
}
