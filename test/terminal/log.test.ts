import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { mock, test } from 'node:test';
import type { Log } from '../../src/model/log.ts';
import { bar } from '../../src/terminal/bar.ts';
import { runUrl, sessionName } from '../../src/terminal/ci-run.ts';
import { openTerminal, type Terminal } from '../../src/terminal/log.ts';
import { oldNode } from '../../src/terminal/node-version.ts';

/** What is written where nobody looks. */
async function written(work: (terminal: Terminal) => void | Promise<void>): Promise<string> {
  const stream = new PassThrough();
  // All that is asked of a stream which is no terminal.
  await work(openTerminal(stream as unknown as NodeJS.WriteStream, {}));
  stream.end();
  return text(stream);
}

test('a line for each message, with what it is and what it is about', async () => {
  const told = await written(async ({ log }) => {
    log.info('    {');
    log.warning('Mind.');
    log.error('No.', 'AccessDenied: 2 objects');
    log.debug('Nobody reads this.');
    await log.group('Preflight', async () => log.info('✓ fine'));
  });
  assert.equal(told, '    {\nwarning: Mind.\nerror: AccessDenied: 2 objects: No.\nPreflight\n✓ fine\n');
});

test('nothing that a terminal would act on gets through', async () => {
  const hostile = 'a\u001b[2J\r\nb\u202e';
  const say: ((log: Log) => void | Promise<void>)[] = [
    log => log.info(hostile),
    log => log.warning(hostile, hostile),
    log => log.error(hostile, hostile),
    log => log.group(hostile, async () => {}),
  ];
  for (const each of say) {
    const told = await written(({ log }) => each(log));
    assert.match(told, /^[\x20-\x7e]+\n$/);
    assert.ok(told.includes('a\\x1b[2J\\x0d\\x0ab\\u{202e}'), told);
  }
});

test('a secret is starred out from then on', async () => {
  const told = await written(({ log, mask }) => {
    mask('v3ry-s3cret');
    mask('t0ken-of-it');
    log.error('v3ry-s3cret, t0ken-of-it and v3ry-s3cret', 'of v3ry-s3cret');
  });
  assert.equal(told, 'error: of ***: ***, *** and ***\n');
});

test('without a bar, how far it is is said every ten seconds for as long as it lasts', async t => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  let looks = 0;
  const told = await written(async ({ log }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = log.watch(
      () => ({ line: `look ${++looks}`, share: 0.5 }),
      () => promise,
    );
    mock.timers.tick(25_000);
    resolve();
    await work;
    mock.timers.tick(60_000);
  });
  assert.equal(told, 'look 1\nlook 2\n');
});

test('a bar is full, and at 100 %, only when all is done', () => {
  const drawn = (share: number) => bar({ line: 'x', share });
  assert.equal(drawn(0), `[>${' '.repeat(23)}] 0% x`);
  assert.equal(drawn(0.5), `[${'='.repeat(12)}>${' '.repeat(11)}] 50% x`);
  assert.equal(drawn(0.9999), `[${'='.repeat(23)}>] 99% x`);
  assert.equal(drawn(1), `[${'='.repeat(24)}] 100% x`);
  assert.equal(bar({ line: 'DataSync LAUNCHING.' }), 'DataSync LAUNCHING.');
});

test('a run has the page and the name that the CI system gives it', () => {
  assert.equal(runUrl({ CI_JOB_URL: 'https://gitlab/1' }), 'https://gitlab/1');
  assert.equal(runUrl({ BUILD_URL: 'https://jenkins/1' }), 'https://jenkins/1');
  assert.equal(runUrl({ CI_JOB_URL: '' }), undefined);
  assert.equal(sessionName({ CI_JOB_ID: '4711' }), 's3sync-4711');
  assert.equal(sessionName({ CI_JOB_ID: 'a b' }), 's3sync-local');
});

test('a Node that is too old is told so', () => {
  for (const version of ['22.15.0', '22.20.1', '24.0.0']) assert.equal(oldNode(version), undefined);
  for (const version of ['20.20.2', '22.14.9', '18.0.0']) {
    assert.match(oldNode(version) ?? '', /is too old\. Accepted: Node 22\.15 or newer/);
  }
});
