/** What is said of one object in the end. */
import type { ExtraneousReason, FailReason } from '../model/plan.ts';
import type { ObjectRecord } from '../record.ts';

export type Verdict = Pick<ObjectRecord, 'action' | 'reason' | 'proof'> &
  Partial<Pick<ObjectRecord, 'error' | 'versions'>>;

export type Cause = NonNullable<ObjectRecord['error']>;

export function failed(reason: FailReason, cause?: Cause): Verdict {
  return { action: 'failed', reason, proof: 'none', ...because(cause) };
}

/** Not `failed`: that word is for source objects, so that the accounts close. */
export function undeleted(reason: ExtraneousReason, cause?: Cause): Verdict {
  return { action: 'kept', reason, proof: 'none', ...because(cause) };
}

function because(cause: Cause | undefined): Partial<Pick<ObjectRecord, 'error'>> {
  if (cause === undefined) return {};
  const { code, message, denied } = cause;
  return { error: { code, message, ...(denied !== undefined && { denied }) } };
}
