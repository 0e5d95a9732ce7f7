/** By what a later run knows that it was asked for the same as an earlier one. */
import { createHash } from 'node:crypto';
import type { Settings } from '../model.ts';
import { type Echo, echoSettings } from './echo.ts';

/** Inputs that say what is to arrive where, and how. Ages are left out: they mean another moment in each run. */
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
];

/** 16 hexadecimal digits. */
export function fingerprintOf(settings: Settings): string {
  const echo = echoSettings(settings);
  const told = JSON.stringify(TELLING.map(name => echo[name] ?? null));
  return createHash('sha256').update(told).digest('hex').slice(0, 16);
}
