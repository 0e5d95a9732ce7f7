/**
 * A right that is taken away while a run goes on: one cause however many objects it strikes, told as the checks would have
 * told it, and what is to be pasted helps. The rest of the objects arrives.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Aim } from '../../lab/faults.ts';
import { asksFor, assertPasses } from './matrix.ts';
import { type Play, perform } from './play.ts';

const DENIED = ['private/1', 'private/2', 'private/3'];

/**
 * @param whose the holding that lets the source be read
 * @param when at which request, the first that the checks do not send
 */
export function revokedMeanwhile(title: string, play: Play, whose: string, when: Aim): void {
  test(`${title}, while it is at work`, async () => {
    const holding = play.holdings.find(one => one.whose === whose);
    assert.ok(holding, whose);
    const p = await perform({
      ...play,
      furnish: from => {
        for (const key of ['a', ...DENIED]) from.put(key, 'content');
      },
    });
    try {
      const does = () => p.put({ ...holding, besides: [] }, narrowed(holding));
      p.lab.faults.when({ ...when, times: 1 }, does);
      const run = await p.run('sync');
      const { failures, totals } = run.report;
      assert.deepEqual(
        failures.map(({ reason, count, examples }) => ({ reason, count, examples })),
        [{ reason: 'denied', count: DENIED.length, examples: DENIED }],
      );
      assert.equal(totals.copied, 1);
      assert.ok(asksFor(run, 's3:GetObject'), JSON.stringify(failures, null, 1));
      run.paste();
      await assertPasses(p);
    } finally {
      await p.close();
    }
  });
}

/** The same for the keys that begin with `a` only. */
function narrowed({ statements, besides = [] }: Play['holdings'][number]): object[] {
  const all = JSON.stringify([...besides, ...statements]);
  return JSON.parse(all.replaceAll('octo-source/*', 'octo-source/a*'));
}
