/** By what a later run knows that it was asked for the same as an earlier one. */
import { createHash } from 'node:crypto';
import type { Settings } from '../model/settings.ts';
import { type Echo, echoSettings } from './echo.ts';

/**
 * Inputs that say what is to arrive where, and how. `max-delete` and `max-cost` are not among them: each run holds whatever
 * plan it has to its own.
 */
const TELLING: readonly (keyof Echo)[] = [
  'source',
  'destination',
  'engine',
  'include',
  'exclude',
  'min-size',
  'max-size',
  'compare',
  'delete',
  'preserve',
  'storage-class',
  'encryption',
  'kms-key',
  'acl',
  'archived',
  'request-payer',
];

/** 16 hexadecimal digits. */
export function fingerprintOf(settings: Settings): string {
  const { engine } = settings;
  // Who has the choice may take what was started by name, and the other way round.
  const echo = echoSettings({ ...settings, engine: engine === 'auto' ? 'batch' : engine });
  // Ages as they were given: the moments that they mean are others in each run.
  const told = JSON.stringify([TELLING.map(name => echo[name] ?? null), settings.filter.ages]);
  return createHash('sha256').update(told).digest('hex').slice(0, 16);
}
