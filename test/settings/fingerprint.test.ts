/** By what a run knows that an earlier one was asked for the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprintOf } from '../../src/settings/fingerprint.ts';
import { parseSettings } from '../../src/settings/parse.ts';

const BUCKETS = { source: 's3://from/in/', destination: 's3://onto/out/' };

function fingerprint(inputs: Record<string, string>, now: string): string {
  return fingerprintOf(parseSettings(new Map(Object.entries({ ...BUCKETS, ...inputs })), new Date(now)));
}

const [TODAY, TOMORROW] = ['2026-11-20T12:00:00Z', '2026-11-21T12:00:00Z'];

test('the same inputs are the same on another day, ages too', () => {
  for (const inputs of [{}, { 'modified-after': '7d' }, { 'modified-before': ' 7d ' }])
    assert.equal(fingerprint(inputs, TODAY), fingerprint(inputs, TOMORROW));
});

test('whatever changes what is to arrive tells two runs apart', () => {
  const all = [
    {},
    { include: 'a/**' },
    { 'min-size': '1' },
    { 'modified-after': '7d' },
    { 'modified-after': '8d' },
    { 'modified-before': '7d' },
    { 'modified-after': '2026-11-01' },
    { 'modified-after': '2026-11-02' },
    { archived: 'fail' },
    { archived: 'restore' },
    { 'request-payer': 'true' },
    { delete: 'true' },
  ].map(inputs => fingerprint(inputs, TODAY));
  assert.equal(new Set(all).size, all.length);
});

test('what was started by name is found by who leaves the choice to the run', () => {
  const inputs = {
    destination: 's3://onto/in/',
    'batch-role': 'arn:aws:iam::444455556666:role/batch',
    'work-location': 's3://work/sync',
  };
  const of = (engine: string) => fingerprint({ ...inputs, engine }, TODAY);
  assert.equal(of('auto'), of('batch'));
  assert.notEqual(
    of('auto'),
    fingerprint({ ...inputs, 'batch-role': '', 'work-location': '', engine: 'copy' }, TODAY),
  );
});

test('how fast, how carefully and within which bounds is for each run to say', () => {
  for (const inputs of [
    { concurrency: '7' },
    { verify: 'checksum' },
    { 'max-delete': '7' },
    { 'max-cost': '7' },
  ])
    assert.equal(fingerprint(inputs, TODAY), fingerprint({}, TODAY));
});
