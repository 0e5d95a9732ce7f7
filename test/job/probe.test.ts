import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE_KEY } from '../../src/preflight/probe-key.ts';
import { jobsOnLab } from './job-on-lab.ts';

const jobs = await jobsOnLab();

test('checks delete nothing, not even an object with the key of what they try with', async () => {
  const { from, to, run } = jobs.setStage();
  from.put('object', 'content');
  to.put(PROBE_KEY, 'an object of somebody');
  const { report } = await run({ mode: 'preflight', delete: 'true' });
  assert.equal(report.checks.find(({ check }) => check === 'destination-deletable')?.verdict, 'pass');
  assert.deepEqual(to.keys(), [PROBE_KEY]);
});
