/**
 * A word from the main step to the post step: small, plain JSON, no secrets.
 */
import { getState, saveState as save } from '@actions/core';

/** Saved at once, so that it is there even when the main step is cancelled right after. */
export function saveState(name: string, value: object): void {
  save(name, JSON.stringify(value));
}

/** What the main step saved under this name; `undefined` when it did not get that far. */
export function readState(name: string): unknown {
  const text = getState(name);
  return text === '' ? undefined : JSON.parse(text);
}
