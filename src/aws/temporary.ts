/**
 * Statements that a run puts into the policy of a bucket for as long as it goes on. Each has a name that no other has, by
 * which its run finds it again, and a condition by which it ends even when nobody takes it away. (IAM User Guide, "AWS global
 * condition context keys", aws:CurrentTime.)
 */
import { randomBytes } from 'node:crypto';
import type { Statement } from './policies.ts';
import { membersOf, textsOf } from './policy-opinion.ts';

/** What the names of all such statements begin with. */
const SID = 'S3SyncTemporary';

/** Digits and letters only, as Sids have to be. (IAM User Guide, "IAM JSON policy elements: Sid".) */
const NAMED = new RegExp(`^${SID}[0-9a-f]{16}$`);

const CLOCK = 'aws:CurrentTime';

/** Such a statement, read. */
export interface Temporary {
  readonly sid: string;
  /** `undefined` where it does not say, in which case it is not taken for stale. */
  readonly until: Date | undefined;
}

export function newSid(): string {
  return SID + randomBytes(8).toString('hex');
}

/** The statement under another name, holding until then only. */
export function temporary(statement: Statement, sid: string, until: Date): Statement {
  const { Condition, ...rest } = statement;
  return { ...rest, Sid: sid, Condition: { ...Condition, DateLessThan: { [CLOCK]: textOf(until) } } };
}

/** ISO 8601 in UTC, to the second. */
export function textOf(until: Date): string {
  return until.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** @returns `undefined` of a statement that no run has put anywhere */
export function readTemporary(statement: unknown): Temporary | undefined {
  const { Sid, Condition } = membersOf(statement);
  if (typeof Sid !== 'string' || !NAMED.test(Sid)) return undefined;
  const [text = '', ...others] = textsOf(membersOf(membersOf(Condition).DateLessThan)[CLOCK]);
  const isTime = others.length === 0 && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);
  const until = isTime ? new Date(text) : undefined;
  return { sid: Sid, until: Number.isNaN(until?.getTime()) ? undefined : until };
}
