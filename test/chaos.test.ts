/** The short form of `npm run chaos`: a few schedules for each engine, and judges that notice what they are there for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeChanges } from '../chaos/changes.ts';
import { Judge } from '../chaos/judge.ts';
import { play } from '../chaos/play.ts';
import { type Scene, setScene } from '../chaos/scene.ts';
import { type Schedule, scheduleOf } from '../chaos/schedule.ts';
import { ENGINES } from '../chaos/variants.ts';
import { deleting, plain } from './chaos-schedules.ts';

/** Among these schedules are histories, and no silence, which takes a minute. */
const SEEDS = [1, 3, 5];

describe('whatever goes wrong, nothing is lost', { concurrency: 2 }, () => {
  for (const engine of ENGINES)
    for (const seed of SEEDS)
      test(`with engine ${engine}, schedule ${seed}`, async () => {
        const { judge, runs, logs } = await play(scheduleOf(seed, engine));
        assert.deepEqual(judge.violations, [], logs.join('\n\n'));
        assert.ok(runs > 2, 'a run with trouble, one without, and a look');
      });
});

test('a number and an engine make one schedule', () => {
  assert.deepEqual(scheduleOf(7, 'copy'), scheduleOf(7, 'copy'));
  assert.notDeepEqual(scheduleOf(7, 'copy'), scheduleOf(8, 'copy'));
  assert.notDeepEqual(scheduleOf(7, 'copy').buckets, scheduleOf(7, 'batch').buckets);
});

describe('what must not happen is noticed', () => {
  const PLAIN = plain('metadata, tags', { missing: 1, unchanged: 1, extraneous: 1 });
  const DELETING = deleting(PLAIN);

  /** What a judge says of something done to the buckets as if by a run. */
  async function said(does: (scene: Scene) => void, schedule = PLAIN): Promise<string[]> {
    const scene = await setScene(schedule);
    const judge = new Judge();
    const since = scene.chronicle.length;
    does(scene);
    judgeChanges(scene, judge, 'here', since);
    await scene.close();
    return judge.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
  }
  const copy = ({ stage: { from, to } }: Scene, key: string, change: object = {}) => {
    const object = from.get(key);
    assert.ok(object);
    const tags = Object.fromEntries(object.tags);
    to.put(key.replace('in/', 'out/'), object.content, { metadata: object.metadata, tags, ...change });
  };
  /** The extraneous one, by the order in which the scene is filled. */
  const theirs = 'out/data/2';

  test('but not a copy, nor what only the destination has when deletions are asked for', async () => {
    assert.deepEqual(await said(scene => copy(scene, 'in/folder/0')), []);
    assert.deepEqual(await said(({ stage }) => stage.to.delete(theirs), DELETING), []);
    assert.deepEqual(await said(scene => scene.does({ kind: 'delete', side: 'source', object: 0 })), []);
  });

  for (const [what, does, words, schedule] of [
    [
      'other bytes',
      ({ stage }) => stage.to.put('out/folder/0', 'other'),
      /^no object wrong: .* was written as/,
    ],
    ['other tags', scene => copy(scene, 'in/folder/0', { tags: {} }), /^no object wrong/],
    ['a key outside of the prefix', ({ stage }) => stage.to.put('elsewhere', 'x'), /outside of the prefix/],
    ['a deletion nobody asked for', ({ stage }) => stage.to.delete(theirs), /nobody asked for deletions/],
    [
      'a deletion of what the source has',
      ({ stage }) => stage.to.delete('out/data/1'),
      /which the source has had all the time/,
      DELETING,
    ],
    ['a write to the source', ({ stage }) => stage.from.put('in/new', 'x'), /was changed at the source/],
  ] as const satisfies readonly (readonly [string, (scene: Scene) => void, RegExp, Schedule?])[])
    test(what, async () => {
      const violations = await said(does, schedule);
      assert.equal(violations.length, 1);
      assert.match(violations[0] ?? '', words);
    });
});
