import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellFindings } from '../../src/job/telling/tell-findings.ts';
import type { Log } from '../../src/model/log.ts';
import type { FailureGroup } from '../../src/model/outcome.ts';

test('notes come first, then one error per kind of failure, nine at most, and a count of the others', () => {
  const failures = Array.from({ length: 12 }, (_, index): FailureGroup => {
    const fix = { todo: 'Allow it.' };
    return { code: `E${index}`, reason: 'denied', count: index + 1, message: 'No.', examples: ['a/1'], fix };
  });
  const told: string[] = [];
  const log: Log = {
    info: message => told.push(message),
    debug: () => {},
    warning: () => {},
    error: (message, title) => told.push(`${title} | ${message}`),
    group: (_, work) => work(),
    watch: (_, work) => work(),
  };
  tellFindings({ notes: ['The source moved on.'], checks: [], failures }, log);
  assert.equal(told.length, 1 + 9 + 1);
  assert.deepEqual(told.slice(0, 3), [
    'The source moved on.',
    'E0: 1 object | No. First: a/1. Allow it.',
    'E1: 2 objects | No. First: a/1. Allow it.',
  ]);
  assert.equal(told.at(-1), '3 more kinds of failure are in the report.');
});
