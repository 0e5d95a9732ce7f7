import { type Effect, type Faults, sitOut, type Target } from '../faults.ts';
import { S3Error } from './errors.ts';

/** What faults do to a request to S3 that comes from inside the lab; throws the error it is refused with. */
export async function struckInside(
  faults: Faults,
  target: Target,
  signal?: AbortSignal,
): Promise<Effect | undefined> {
  const struck = faults.strike(target);
  await sitOut(struck, signal);
  if (struck.effect?.kind !== 'error') return struck.effect;
  const { status, code, message = code } = struck.effect;
  throw new S3Error(status, code, message);
}
