/** Reads what the identity may not be allowed to see: what cannot be read is unknown, and no reason to stop. */
import { StoppedError } from '../errors.ts';
import { troubleOf } from './trouble.ts';

/** A value, or why it could not be read. */
export type Reading<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string; readonly denied: boolean };

/**
 * @param defaults what an error code means where a service answers "there is none" with an error
 * @throws StoppedError
 */
export async function read<T>(
  ask: () => Promise<T>,
  defaults: Readonly<Record<string, T>>,
): Promise<Reading<T>> {
  try {
    return { known: true, value: await ask() };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { code, kind } = troubleOf(error);
    if (Object.hasOwn(defaults, code)) return { known: true, value: defaults[code] as T };
    const denied = kind === 'denied';
    return {
      known: false,
      why: denied ? 'this identity may not read it' : `reading it failed with ${code}`,
      denied,
    };
  }
}
