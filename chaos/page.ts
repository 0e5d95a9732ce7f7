/** The figures as Markdown. */
import { row } from '../bench/page.ts';
import type { Figures } from './figures.ts';
import { INVARIANTS, type Invariant } from './judge.ts';

export function page(figures: Figures): string {
  return `${[...figures.engines].map(one => JSON.stringify(one)).join('\n')}
${row([...figures.struck].map(([a, b]) => `${a}: ${b}`))}
${row([...figures.deeds].map(([a, b]) => `${a}: ${b}`))}
${Object.keys(INVARIANTS)
  .map(
    name =>
      `${name}: ${figures.checks.get(name as Invariant) ?? 0} ${figures.broken.get(name as Invariant) ?? 0}`,
  )
  .join('\n')}`;
}
