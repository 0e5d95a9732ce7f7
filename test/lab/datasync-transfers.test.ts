import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scene } from './datasync-lab.ts';

test('an execution carries every object, under the service role, and says so', async t => {
  const { source, destination, run } = await scene(t);
  for (let n = 0; n < 3000; n++) source.put(`logs/${n}.json`, `{"line":${n}}`);
  const started = performance.now();
  const execution = await run();
  console.log(performance.now() - started, execution);
  assert.equal(execution.Status, 'SUCCESS');
  assert.deepEqual(destination.keys(), source.keys());
});
