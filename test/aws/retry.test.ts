import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { withRetries } from '../../src/aws/retry.ts';
import { StoppedError } from '../../src/errors.ts';

const coded = (code: string) => Object.assign(new Error(`${code} it is`), { name: code });
const never = new AbortController().signal;

/** The jitter, from 0 (no waiting at all) up to 1 (the longest waiting). */
function jitter(t: TestContext, share: number): void {
  t.mock.method(Math, 'random', () => share);
}

/** Fails with each of these in turn, then answers; counts how often it was tried. */
function failing(...codes: string[]) {
  const tries = { count: 0, attempt };
  async function attempt(): Promise<string> {
    const code = codes[tries.count++];
    if (code !== undefined) throw coded(code);
    return 'answer';
  }
  return tries;
}

test('what works at once is tried once', async () => {
  const tries = failing();
  assert.equal(await withRetries(tries.attempt, { aborting: never }), 'answer');
  assert.equal(tries.count, 1);
});

test('what passes is tried again until it has passed, and each repetition is told of', async t => {
  jitter(t, 0);
  const tries = failing('InternalError', 'SlowDown', 'TimeoutError');
  const told: string[] = [];
  const answer = await withRetries(tries.attempt, {
    aborting: never,
    onRetry: ({ kind, code }) => told.push(`${kind} ${code}`),
  });
  assert.equal(answer, 'answer');
  assert.deepEqual(told, ['retry InternalError', 'throttle SlowDown', 'retry TimeoutError']);
});

for (const code of ['InternalError', 'SlowDown']) {
  test(`${code} is given up after ten attempts, with the error of the last`, async t => {
    jitter(t, 0);
    const tries = failing(...Array.from({ length: 50 }, () => code));
    let told = 0;
    const trying = withRetries(tries.attempt, { aborting: never, onRetry: () => told++ });
    await assert.rejects(trying, { name: code });
    assert.deepEqual([tries.count, told], [10, 9]);
  });
}

for (const code of ['AccessDenied', 'PreconditionFailed', 'NoSuchKey', 'NoSuchBucket', 'InvalidRequest']) {
  test(`${code} is not tried again`, async () => {
    const tries = failing(code);
    let told = 0;
    await assert.rejects(withRetries(tries.attempt, { aborting: never, onRetry: () => told++ }), {
      name: code,
    });
    assert.deepEqual([tries.count, told], [1, 0]);
  });
}

test('expired credentials are renewed before the next attempt, and that attempt is made without waiting', async t => {
  jitter(t, 1);
  const tries = failing('ExpiredToken');
  const events: string[] = [];
  const start = performance.now();
  await withRetries(
    () => {
      events.push('attempt');
      return tries.attempt();
    },
    {
      aborting: never,
      renew: async () => {
        events.push('renew');
      },
      onRetry: ({ kind }) => events.push(kind),
    },
  );
  assert.deepEqual(events, ['attempt', 'renew', 'renew', 'attempt']);
  assert.ok(performance.now() - start < 45);
});

test('credentials are renewed once: what is expired again stays so', async () => {
  const tries = failing('ExpiredToken', 'ExpiredToken', 'ExpiredToken');
  let renewals = 0;
  const renew = async () => {
    renewals++;
  };
  await assert.rejects(withRetries(tries.attempt, { aborting: never, renew }), { name: 'ExpiredToken' });
  assert.deepEqual([tries.count, renewals], [2, 1]);
});

test('credentials that were taken and expired while waiting are renewed once more', async t => {
  jitter(t, 0);
  const tries = failing('ExpiredToken', 'RequestTimeTooSkewed', 'ExpiredToken');
  let renewals = 0;
  const renew = async () => {
    renewals++;
  };
  await withRetries(tries.attempt, { aborting: never, renew });
  assert.deepEqual([tries.count, renewals], [4, 2]);
});

test('expired credentials that nobody can renew are an error', async () => {
  const tries = failing('ExpiredToken');
  await assert.rejects(withRetries(tries.attempt, { aborting: never }), { name: 'ExpiredToken' });
  assert.equal(tries.count, 1);
});

test('a renewal that fails is the error', async () => {
  const renew = () => Promise.reject(new Error('no token today'));
  const trying = withRetries(failing('ExpiredToken').attempt, { aborting: never, renew });
  await assert.rejects(trying, { message: 'no token today' });
});

test('waits grow, and throttled requests wait longer from the start', async t => {
  jitter(t, 1);
  const time = async (...codes: string[]) => {
    const start = performance.now();
    await withRetries(failing(...codes).attempt, { aborting: never });
    return performance.now() - start;
  };
  const [one, two, throttled] = await Promise.all([
    time('InternalError'),
    time('InternalError', 'InternalError'),
    time('SlowDown'),
  ]);
  // Timers are never early by more than a millisecond; how late they are depends on the machine.
  assert.ok(one >= 49, `one wait of 50 ms took ${one} ms`);
  assert.ok(two >= 148, `waits of 50 and 100 ms took ${two} ms`);
  assert.ok(throttled >= 199, `a wait of 200 ms took ${throttled} ms`);
});

test('an abort ends the waiting, and is told from an error', async t => {
  jitter(t, 1);
  const controller = new AbortController();
  const tries = failing('SlowDown', 'SlowDown', 'SlowDown', 'SlowDown', 'SlowDown', 'SlowDown');
  const start = performance.now();
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(withRetries(tries.attempt, { aborting: controller.signal }), StoppedError);
  assert.equal(tries.count, 1);
  assert.ok(performance.now() - start < 190, 'the wait of 200 ms is not waited out');
});

test('an attempt that an abort ended is not an error of the request, whatever it threw', async () => {
  const controller = new AbortController();
  const thrown = coded('AccessDenied');
  const trying = withRetries(
    async () => {
      controller.abort();
      throw thrown;
    },
    { aborting: controller.signal },
  );
  await assert.rejects(trying, error => error instanceof StoppedError && error.cause === thrown);
});

test('an answer that came in spite of an abort is kept', async () => {
  const tries = failing();
  assert.equal(await withRetries(tries.attempt, { aborting: AbortSignal.abort() }), 'answer');
});
