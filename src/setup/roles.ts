/** Roles that are handed to a service of AWS. */
import { lookStatement } from '../aws/policies.ts';
import { type Entry, onlyIf, permit } from './entry.ts';

/** Finding out beforehand whether the service will get on with a role. */
export function lookingAt(role: string, caller: string): Entry[] {
  return onlyIf(
    'service roles are to be looked at before a service needs them (without it the checks say "unknown", and the run goes on)',
    permit(caller, lookStatement(role, caller)),
  );
}
