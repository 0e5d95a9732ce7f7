import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { retryable } from '../../lab/faults.ts';
import { StoppedError } from '../../src/errors.ts';
import { firstPage } from '../../src/s3/list.ts';
import { turnstile } from '../../src/s3/rate.ts';
import { locate } from '../../src/s3/region.ts';
import { abortUpload } from '../../src/s3/uploads.ts';
import { bucketsOnLab } from './on-lab.ts';

/** Timers count whole milliseconds and may fire within the last one. */
const TICK_MS = 5;

test('so many turns take no less than their time, whoever takes them', async () => {
  for (const perSecond of [50, 1000, 5000]) {
    const turn = turnstile(perSecond, new AbortController().signal);
    const turns = perSecond / 5;
    const started = performance.now();
    await Promise.all(Array.from({ length: turns }, turn));
    const took = performance.now() - started;
    assert.ok(took >= ((turns - 1) * 1000) / perSecond - TICK_MS, `${turns} turns took ${took} ms`);
  }
});

test('an abort ends the waiting at once, and nobody waits any more', { timeout: 10_000 }, async () => {
  const abort = new AbortController();
  const turn = turnstile(0.001, abort.signal);
  await turn();
  const waiting = [turn(), turn()];
  abort.abort();
  for (const each of [...waiting, turn()]) await assert.rejects(each, StoppedError);
  await assert.rejects(turnstile(1, abort.signal)(), StoppedError);
});

test('every request takes a turn, by both ways, on both buckets, each time it is sent', async t => {
  let turns = 0;
  const steady = turnstile(200, new AbortController().signal);
  const turn = () => {
    turns++;
    return steady();
  };
  const { lab, network, identity, source, destination, close } = await bucketsOnLab({ turn });
  t.after(close);
  source.there.put('a', 'a');
  lab.faults.add({ operation: 'HeadObject', times: 5, ...retryable.slowDown });
  lab.faults.add({ operation: 'ListObjectsV2', times: 5, ...retryable.slowDown });
  const head = () => source.here.send(new HeadObjectCommand({ ...source.here.common, Key: 'a' }));

  const started = performance.now();
  await Promise.all([
    locate('source', 'eu-west-1', identity, network),
    ...Array.from({ length: 20 }, head),
    ...Array.from({ length: 20 }, () => firstPage(destination.here)),
  ]);
  const took = performance.now() - started;
  const answered = lab.requests.count();
  assert.equal(answered, 51);
  assert.equal(turns, answered);
  assert.ok(took >= ((answered - 1) * 1000) / 200 - TICK_MS, `${answered} requests took ${took} ms`);
});

test('clean-up does not wait, and goes on after an abort', { timeout: 10_000 }, async t => {
  const abort = new AbortController();
  const turn = turnstile(0.001, abort.signal);
  const { lab, source, close } = await bucketsOnLab({ turn, aborting: abort.signal });
  t.after(close);
  await turn();
  const upload = { key: 'a', uploadId: 'unknown' };
  await abortUpload(source.here, upload);
  const waiting = firstPage(source.here);
  abort.abort();
  await assert.rejects(waiting, StoppedError);
  await abortUpload(source.here, upload);
  assert.deepEqual([lab.requests.count('ListObjectsV2'), lab.requests.count('AbortMultipartUpload')], [0, 2]);
});
