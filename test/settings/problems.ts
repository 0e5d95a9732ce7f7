/** Inputs beside the two locations, read as a run reads them. */
import assert from 'node:assert/strict';
import { InputError } from '../../src/errors.ts';
import { parseSettings } from '../../src/settings/parse.ts';

const NOW = new Date('2026-11-20T12:00:00Z');

export function parse(inputs: Record<string, string> = {}) {
  return parseSettings(
    new Map(Object.entries({ source: 's3://from', destination: 's3://onto', ...inputs })),
    NOW,
  );
}

/** What is said against the inputs; nothing when they are accepted. */
export function problems(inputs: Record<string, string>): readonly string[] {
  try {
    parse(inputs);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.problems;
  }
  return [];
}
