/** What answers have in common: pages, filters and times. */
import type { LocationFilter, TaskFilter } from '@aws-sdk/client-datasync';
import { invalidRequest } from './errors.ts';

const MAX_PAGE = 100;

/** One page under `name`, with a token when there is more. */
export function pageOf<T>(
  name: string,
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  all: readonly T[],
  describe: (one: T) => unknown,
): Record<string, unknown> {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(start)) throw invalidRequest('Invalid parameter: NextToken');
  const end = start + (MaxResults || MAX_PAGE);
  return {
    [name]: all.slice(start, end).map(describe),
    ...(end < all.length && { NextToken: Buffer.from(String(end)).toString('base64url') }),
  };
}

/**
 * Whether one of `actual` is as the filter wants it; of its values one is enough.
 * Source: DataSync User Guide, query-resources.
 */
export function passes(
  { Operator, Values = [] }: LocationFilter | TaskFilter,
  actual: readonly string[],
): boolean {
  const some = (holds: (actual: string, wanted: string) => boolean): boolean =>
    Values.some(wanted => actual.some(one => holds(one, wanted)));
  switch (Operator) {
    case 'NotEquals':
      return !some((one, wanted) => one === wanted);
    case 'Contains':
      return some((one, wanted) => one.includes(wanted));
    case 'NotContains':
      return !some((one, wanted) => one.includes(wanted));
    case 'BeginsWith':
      return some((one, wanted) => one.startsWith(wanted));
    case 'LessThan':
      return some((one, wanted) => new Date(one) < new Date(wanted));
    case 'LessThanOrEqual':
      return some((one, wanted) => new Date(one) <= new Date(wanted));
    case 'GreaterThan':
      return some((one, wanted) => new Date(one) > new Date(wanted));
    case 'GreaterThanOrEqual':
      return some((one, wanted) => new Date(one) >= new Date(wanted));
    default:
      return some((one, wanted) => one === wanted);
  }
}

/** JSON 1.1 writes times as seconds. */
export const seconds = (date: Date | undefined): number | undefined => date && date.getTime() / 1000;
