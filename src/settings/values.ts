/**
 * Numbers as people write them: switches, counts, shares, sizes, spans of time and moments.
 */
import type { DeleteCap } from '../model/settings.ts';
import { type Kind, Refusal } from './kind.ts';

export const SWITCH: Kind<boolean> = {
  accepts: 'true or false',
  read(text) {
    if (text !== 'true' && text !== 'false') throw new Refusal();
    return text === 'true';
  },
};

export const INTEGER: Kind<number> = {
  accepts: 'a whole number',
  read(text) {
    if (!/^\d+$/.test(text)) throw new Refusal('is not a whole number');
    return safe(Number(text));
  },
};

export const DELETE_CAP: Kind<DeleteCap> = {
  accepts: 'a number of objects such as 500, or a share such as 10% (0% to 100%)',
  read(text) {
    const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
    if (percent === undefined) return { count: INTEGER.read(text) };
    if (Number(percent) > 100) throw new Refusal('is more than 100%');
    return { percent: Number(percent) };
  },
};

/** USD, to the cent. */
export const DOLLARS: Kind<number> = {
  accepts: 'a sum of US dollars above 0, such as 25 or 25.50',
  read(text) {
    if (!/^\d{1,9}(\.\d{1,2})?$/.test(text)) throw new Refusal('is not a sum of US dollars');
    if (Number(text) === 0) throw new Refusal('is too small');
    return Number(text);
  },
};

const BYTES_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1000],
  ['mb', 1000 ** 2],
  ['gb', 1000 ** 3],
  ['tb', 1000 ** 4],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
  ['tib', 1024 ** 4],
]);

/** Bytes. */
export const SIZE: Kind<number> = {
  accepts: 'a size such as 1048576, 5MiB (1024 based) or 10 GB (1000 based)',
  read(text) {
    const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
    if (digits === undefined || unit === undefined) throw new Refusal('is not a size');
    const factor = BYTES_PER_UNIT.get(unit.toLowerCase());
    if (factor === undefined) throw new Refusal(`has an unknown unit "${unit}"`);
    const bytes = safe(Number(digits) * factor);
    if (!Number.isInteger(bytes)) throw new Refusal('is not a whole number of bytes');
    return bytes;
  },
};

/** Seconds. */
export const DURATION: Kind<number> = {
  accepts: 'a duration such as 900s, 90m, 5h30m or 7d',
  read(text) {
    const parts = /^(?=\d)(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?$/.exec(text);
    if (parts === null) throw new Refusal(/^\d+$/.test(text) ? 'has no unit' : 'is not a duration');
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map(part => Number(part ?? 0));
    return safe(((days * 24 + hours) * 60 + minutes) * 60 + seconds);
  },
};

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A moment: ISO 8601, or a duration that is counted back from `now`. A date alone is its midnight in UTC. */
export function moment(now: Date): Kind<Date> {
  return {
    accepts: 'a date such as 2026-01-31, a time such as 2026-01-31T22:00:00Z, or an age such as 7d',
    read(text) {
      if (/^\d+[dhms]/.test(text)) return real(new Date(now.getTime() - DURATION.read(text) * 1000));
      const [, day, zone] = ISO.exec(text) ?? [];
      if (day === undefined) throw new Refusal('is neither a date nor an age');
      // Without a zone the meaning would depend on the clock of the runner.
      if (text !== day && zone === undefined) throw new Refusal('has no time zone; add Z for UTC');
      // `Date` quietly takes the 30th of February for the 2nd of March.
      if (!real(new Date(day)).toISOString().startsWith(day)) throw new Refusal(NO_SUCH_DAY);
      return real(new Date(text));
    },
  };
}

const NO_SUCH_DAY = 'is not in the calendar';

function real(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new Refusal(NO_SUCH_DAY);
  return date;
}

function safe(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) throw new Refusal('is too large');
  return value;
}
