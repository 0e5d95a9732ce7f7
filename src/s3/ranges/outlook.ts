/** What was listed lately, and what is to be expected from it. */
import { beyond } from './beyond.ts';
import type { Characters } from './characters.ts';

/** A key that was reached, and how many keys there are from the knot before up to it. */
export interface Knot {
  readonly key: string;
  readonly keys: number;
}

/** Two knots at least are needed to expect anything. */
export interface Outlook {
  readonly trail: readonly Knot[];
  /** How many keys are expected from the end of the trail to the place that is looked out from. */
  readonly ahead: number;
  readonly characters: Characters;
}

/** Knots remembered: about as many pages ahead can be seen at their own scale. */
const MOST = 128;

export function joined(before: readonly Knot[], after: readonly Knot[]): readonly Knot[] {
  return [...before, ...after].slice(-MOST);
}

/**
 * The key that so many more keys will reach. What lies ahead is taken to be like what lies behind at the same scale: a
 * thousand keys ahead as far as the last thousand came, a hundred thousand as the last hundred thousand, so that folders
 * passed on the way count only where folders will be passed.
 */
export function expected({ trail, ahead, characters }: Outlook, keys: number): string | undefined {
  const wanted = ahead + keys;
  let at = trail.length - 1;
  let passed = 0;
  while (at > 0 && passed < wanted) {
    passed += trail[at]?.keys ?? 0;
    at--;
  }
  const from = trail[at];
  const to = trail.at(-1);
  if (from === undefined || to === undefined || passed === 0) return undefined;
  return beyond(from.key, to.key, wanted / passed, characters);
}
