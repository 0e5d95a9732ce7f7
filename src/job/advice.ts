/** What to do about failures of single objects whose cause is known. */
import { LABEL } from '../engines/jobs/options.ts';
import type { FailureGroup, Fix } from '../model.ts';
import { restoreFix } from '../preflight/restorable.ts';
import type { Scene } from '../preflight/scene.ts';
import { CUSTOMER_KEY_ADVICE } from '../s3/customer-key.ts';
import { fixFor } from '../s3control/trouble.ts';

export function withAdvice(failures: readonly FailureGroup[], scene: Scene): FailureGroup[] {
  return failures.map(failure => {
    const fix = adviceOn(failure, scene);
    return fix === undefined ? failure : { ...failure, fix };
  });
}

function adviceOn({ reason, code, message }: FailureGroup, { source, jobs }: Scene): Fix | undefined {
  // What was copied from here was denied to somebody else.
  const ofJob = jobs !== undefined && message.startsWith(LABEL);
  if (ofJob && (reason === 'denied' || code.startsWith('KMS.')))
    return fixFor(`${code}: ${message}`, jobs.ground);
  if (reason === 'restore-denied') return restoreFix(source, message);
  return reason === 'customer-key' ? { todo: CUSTOMER_KEY_ADVICE } : undefined;
}
