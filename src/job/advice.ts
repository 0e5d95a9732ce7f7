/** What to do about failures of single objects whose cause is known. */
import type { FailureGroup, Fix } from '../model.ts';
import { restoreFix } from '../preflight/restorable.ts';
import type { Scene } from '../preflight/scene.ts';
import { CUSTOMER_KEY_ADVICE } from '../s3/customer-key.ts';

export function withAdvice(failures: readonly FailureGroup[], scene: Scene): FailureGroup[] {
  return failures.map(failure => {
    const fix = adviceOn(failure, scene);
    return fix === undefined ? failure : { ...failure, fix };
  });
}

function adviceOn({ reason, message }: FailureGroup, { source }: Scene): Fix | undefined {
  if (reason === 'restore-denied') return restoreFix(source, message);
  return reason === 'customer-key' ? { todo: CUSTOMER_KEY_ADVICE } : undefined;
}
