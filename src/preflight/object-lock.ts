/** What Object Lock on either side means for the copies. */
import type { CheckResult } from '../model.ts';
import type { Check } from './scene.ts';

export const checkObjectLock: Check = ({ facts }) => {
  const results: CheckResult[] = [];
  const { source, destination } = facts;
  if (source.objectLock.known && source.objectLock.value.enabled) {
    const seen =
      'The source has Object Lock: retention and legal holds are not carried, only content, metadata and tags are.';
    const todo = 'If the copies must be locked, give the destination bucket a default retention.';
    results.push({ check: 'source-object-lock', verdict: 'warn', seen, fix: { todo } });
  }
  const check = 'destination-object-lock';
  if (!destination.objectLock.known) {
    results.push({
      check,
      verdict: 'unknown',
      seen: `Object Lock of the destination: ${destination.objectLock.why}.`,
    });
  } else {
    const { enabled, retention } = destination.objectLock.value;
    const seen = !enabled
      ? 'The destination has no Object Lock.'
      : retention === undefined
        ? 'The destination has Object Lock without a default retention.'
        : `Every copy is locked on arrival: ${retention}.`;
    results.push({ check, verdict: 'pass', seen });
  }
  return results;
};
