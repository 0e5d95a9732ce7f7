/** By what a later run recognises that an earlier one was asked for the same. */
import { createHash } from 'node:crypto';
import type { Settings } from '../model/settings.ts';
import { type Echo, echoSettings } from './echo.ts';

/**
 * Inputs that say what is to arrive where, and how. `max-delete` and `max-cost` are not among them: each run applies
 * its own to whatever plan it has.
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
  // `auto` counts as `batch`: a run that may choose takes up what was started by name, and the other way round.
  const echo = echoSettings({ ...settings, engine: engine === 'auto' ? 'batch' : engine });
  // Ages count as they were written, because each run turns them into another moment.
  const told = JSON.stringify([TELLING.map(name => echo[name] ?? null), settings.filter.ages]);
  return createHash('sha256').update(told).digest('hex').slice(0, 16);
}
