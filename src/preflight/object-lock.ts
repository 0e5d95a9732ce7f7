/** What Object Lock on either side means for the copies. */
import type { CheckResult } from '../model/checks.ts';
import { preservedBy } from './preserved.ts';
import type { Check } from './scene.ts';

export const checkObjectLock: Check = ({ facts, settings, destination: { location } }) => {
  const results: CheckResult[] = [];
  const { source, destination } = facts;
  const asked = settings.preserve.has('object-lock');
  if (source.objectLock.known && source.objectLock.value.enabled && !asked) {
    const seen = 'The source has Object Lock, and `preserve` leaves its retentions and legal holds behind.';
    const todo =
      'If the copies must be locked, add `object-lock` to `preserve`, or give the destination bucket a default retention.';
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
    if (!enabled && asked && preservedBy({ settings, facts }).has('object-lock')) {
      const seen = 'The destination has no Object Lock, and `preserve: object-lock` cannot be kept.';
      const todo =
        'Turn on versioning and Object Lock of the destination bucket, or leave `object-lock` out of `preserve`: ' +
        `aws s3api put-object-lock-configuration --bucket ${location.bucket} --object-lock-configuration ObjectLockEnabled=Enabled`;
      results.push({ check, verdict: 'fail', seen, fix: { todo } });
      return results;
    }
    const seen = !enabled
      ? 'The destination has no Object Lock.'
      : retention === undefined
        ? 'The destination has Object Lock without a default retention.'
        : `Every copy is locked on arrival: ${retention}.`;
    results.push({ check, verdict: 'pass', seen });
  }
  return results;
};
