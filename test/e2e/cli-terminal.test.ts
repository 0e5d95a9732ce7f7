/** What a terminal shows while the command line is at work, and what it does not show where nobody looks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CliRun, type Surroundings, startCli } from './cli-stage.ts';
import { contents, openLab, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const ESCAPE = '\u001b';
const BAR = /\[=*>? *\] \d+% [\d,]+ of 20 objects/g;

/** Slowly enough for a bar to be drawn. */
function slow(): Stage {
  const s = setStage(lab);
  for (let i = 0; i < 20; i++) s.from.put(`object-${i}`, `content ${i}`);
  s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 300 });
  return s;
}

async function shown(s: Stage, surroundings: Surroundings): Promise<CliRun> {
  const run = await (await startCli(s, ['--concurrency=4'], surroundings)).finished;
  assert.equal(run.code, 0, run.stdout);
  assert.deepEqual(contents(s.to), contents(s.from));
  return run;
}

// On other systems `script` takes other arguments.
describe('on a terminal', { concurrency: 3, skip: process.platform !== 'linux' }, () => {
  test('a bar grows, gives way to the lines and is gone in the end', async () => {
    const { stdout } = await shown(slow(), { columns: 100 });
    const shares = [...stdout.matchAll(BAR)].map(([bar]) => Number(/(\d+)%/.exec(bar)?.[1]));
    assert.ok(new Set(shares).size >= 3, `drawn: ${shares}`);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    assert.ok(stdout.includes(`${ESCAPE}[1mPreflight${ESCAPE}[22m\r\n`), 'headings are bold');
    const end = stdout.slice(stdout.lastIndexOf('20 of 20 objects'));
    assert.match(end, /\r\nSynced and verified\.\r\n20 listed = 20 copied/);
    assert.doesNotMatch(end, /%/);
  });

  test('Ctrl-C is typed, and heard', async () => {
    const s = slow();
    const { process: child, finished } = await startCli(s, ['--concurrency=2'], { columns: 100 });
    while (s.requests('CopyObject').length < 2) await sleep(20);
    child.stdin.write('\u0003');
    const run = await finished;
    assert.equal(run.code, 130, run.stdout);
    assert.match(run.stdout, /Stopping: no new copies are started/);
    assert.ok(run.report.totals.copied < 20);
  });

  for (const [name, value] of [
    ['NO_COLOR', '1'],
    ['CI', 'true'],
    ['TERM', 'dumb'],
  ] as const) {
    test(`${name}=${value} asks for plain lines`, async () => {
      const { stdout } = await shown(slow(), { columns: 100, environment: { [name]: value } });
      assert.doesNotMatch(stdout, /\d%/);
      if (name !== 'CI') assert.equal(stdout.includes(ESCAPE), false, stdout);
      assert.match(stdout, /20 of 20 objects/);
    });
  }

  test('a terminal that does not know how wide it is gets plain lines', async () => {
    const { stdout } = await shown(slow(), { columns: 0 });
    // A bar that is 0 columns wide has a character a line.
    assert.doesNotMatch(stdout, /^.\r$/m);
  });
});
