/** The judges of histories in `npm run chaos` notice what they are there for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notArrived } from '../chaos/arrived.ts';
import { judgeChanges } from '../chaos/changes.ts';
import { assertHistoryTrue } from '../chaos/history-truth.ts';
import { Judge } from '../chaos/judge.ts';
import { type Scene, setScene } from '../chaos/scene.ts';
import type { Schedule } from '../chaos/schedule.ts';
import type { Bucket, Version } from '../lab/s3/index.ts';
import { messageOf } from '../src/errors.ts';
import type { ObjectRecord, VersionRecord } from '../src/record.ts';
import { deleting, plain } from './chaos-schedules.ts';

/** Three keys to carry, and two that only the destination has. */
const PLAIN = plain('metadata, tags, versions', { missing: 3, extraneous: 2 });
const DELETING = deleting(PLAIN);
/** By the order in which the scene is filled: two versions, two with a deletion in between, and one of the other side's. */
const [two, deletedBetween, extraneous] = ['in/data/1', 'in/data/2', 'out/data/4'] as const;

const there = (key: string) => key.replace('in/', 'out/');
const historyOf = (bucket: Bucket, key: string): readonly Version[] =>
  (bucket.versions.get(key) ?? []).toReversed();

/** Appends versions of a key as a run does, by their places in its history. */
function carry({ stage: { from, to } }: Scene, key: string, ...places: readonly number[]): void {
  const history = historyOf(from, key);
  for (const place of places) {
    const version = history[place];
    assert.ok(version);
    if (version.kind === 'marker') to.delete(there(key));
    else put(to, there(key), version);
  }
}

function put(to: Bucket, key: string, { content, metadata, tags }: Version & { kind: 'object' }): void {
  to.put(key, content, { metadata, tags: Object.fromEntries(tags) });
}

async function inScene<T>(schedule: Schedule, does: (scene: Scene) => T): Promise<T> {
  const scene = await setScene(schedule);
  try {
    return does(scene);
  } finally {
    await scene.close();
  }
}

type Does = (scene: Scene) => unknown;

describe('of what is appended,', () => {
  /** What a judge says of something done to the buckets as if by a run, after what an earlier run did. */
  const said = (does: Does, schedule = PLAIN, earlier: Does = () => {}) =>
    inScene(schedule, scene => {
      earlier(scene);
      const judge = new Judge();
      const since = scene.chronicle.length;
      does(scene);
      judgeChanges(scene, judge, 'here', since);
      return judge.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
    });

  for (const [what, does, schedule] of [
    ['a history in order', scene => carry(scene, two, 0, 1)],
    ['versions twice over, where an answer was lost', scene => carry(scene, deletedBetween, 0, 0, 1, 1, 2)],
    ['a deletion that is asked for', ({ stage }) => stage.to.delete(extraneous), DELETING],
    [
      'what goes on although others write there, too',
      scene => {
        carry(scene, two, 0);
        scene.does({ kind: 'put', side: 'destination', object: 1 });
        carry(scene, two, 1);
      },
    ],
  ] as const satisfies readonly (readonly [string, Does, Schedule?])[])
    test(`${what} is well`, async () => assert.deepEqual(await said(does, schedule), []));

  test('a history that is begun anew by a later run is well', async () => {
    const carried = (scene: Scene) => carry(scene, two, 0, 1);
    assert.deepEqual(await said(carried, PLAIN, carried), []);
  });

  for (const [what, does, words, schedule] of [
    [
      'a version that is passed over',
      scene => carry(scene, deletedBetween, 0, 2),
      /^histories in order: .* on top of/,
    ],
    ['a history begun in the middle', scene => carry(scene, two, 1), /^histories in order/],
    ['an older version on top of a newer one', scene => carry(scene, two, 0, 1, 0), /^histories in order/],
    [
      'a version with other bytes',
      ({ stage }) => stage.to.put(there(two), 'other'),
      /^no object wrong: .* was given/,
    ],
    [
      'an older version with other tags',
      ({ stage: { from, to } }) => {
        const [oldest] = historyOf(from, two);
        assert.ok(oldest?.kind === 'object');
        put(to, there(two), { ...oldest, tags: new Map() });
      },
      /^no object wrong: .* was given/,
    ],
    ['a key outside of the prefix', ({ stage }) => stage.to.put('elsewhere', 'x'), /outside of the prefix/],
    [
      'a delete marker that the source does not have',
      ({ stage }) => stage.to.delete(there(two)),
      /^no object wrong: .* was given a delete marker/,
      DELETING,
    ],
    [
      'a delete marker nobody asked for',
      ({ stage }) => stage.to.delete(extraneous),
      /^no object wrong: .* was given a delete marker/,
    ],
    [
      'a version that is taken away',
      ({ stage: { to } }) => to.deleteVersion(extraneous, to.latest(extraneous)?.versionId ?? ''),
      /^none lost: versions of .* were taken away/,
      DELETING,
    ],
    [
      'a version written to the source',
      ({ stage }) => stage.from.put(two, 'x'),
      /^none lost: .* was changed at the source/,
    ],
  ] as const satisfies readonly (readonly [string, Does, RegExp, Schedule?])[])
    test(`${what} is noticed`, async () => {
      const violations = await said(does, schedule);
      assert.equal(violations.length, 1, violations.join('\n'));
      assert.match(violations[0] ?? '', words);
    });
});

describe('at the end,', () => {
  const lacks = (does: Does, key: string = deletedBetween) =>
    inScene(PLAIN, scene => {
      does(scene);
      return notArrived(scene, key);
    });

  test('a history is there with all of its versions, on top of others, or as far back as the destination goes', async () => {
    assert.equal(await lacks(scene => carry(scene, deletedBetween, 0, 1, 1, 2)), undefined);
    assert.equal(await lacks(scene => carry(scene, deletedBetween, 1, 2)), undefined);
    const onOthers = (scene: Scene) => {
      scene.does({ kind: 'put', side: 'destination', object: 2 });
      carry(scene, deletedBetween, 0, 1, 2);
    };
    assert.equal(await lacks(onOthers), undefined);
  });

  for (const [what, does] of [
    ['nothing', () => {}],
    ['all but the newest version', scene => carry(scene, deletedBetween, 0, 1)],
    ['all but one in between', scene => carry(scene, deletedBetween, 0, 2)],
    [
      'something else on top',
      scene => {
        carry(scene, deletedBetween, 0, 1, 2);
        scene.does({ kind: 'put', side: 'destination', object: 2 });
      },
    ],
  ] as const satisfies readonly (readonly [string, Does])[])
    test(`${what} is noticed`, async () => assert.match((await lacks(does)) ?? '', /instead of \[/));
});

describe('of a line of the report,', () => {
  interface Told {
    record: ObjectRecord;
    versions: VersionRecord[];
  }

  /** What a judge says of a line that is true but for what was changed about it. */
  const said = (change: (told: Told, scene: Scene) => Partial<ObjectRecord>, since?: number) =>
    inScene(PLAIN, scene => {
      const began = since ?? scene.chronicle.length;
      carry(scene, deletedBetween, 0, 1, 2);
      const told = lineOf(scene);
      const record = { ...told.record, ...change(told, scene) };
      try {
        assertHistoryTrue(scene, record, true, began);
        return undefined;
      } catch (error) {
        return messageOf(error);
      }
    });

  function lineOf({ stage: { from, to } }: Scene): Told {
    const copies = historyOf(to, there(deletedBetween));
    const versions = historyOf(from, deletedBetween).map((version, n): VersionRecord => {
      const destination = copies[n]?.versionId ?? '';
      const common = { source: version.versionId, destination, copied: true, proof: 'etag' } as const;
      return version.kind === 'marker'
        ? { ...common, deleteMarker: true, size: 0 }
        : { ...common, size: version.content.size, sourceEtag: version.etag, destinationEtag: version.etag };
    });
    const record: ObjectRecord = {
      key: deletedBetween,
      destinationKey: there(deletedBetween),
      size: 0,
      action: 'copied',
      reason: 'versions-missing',
      proof: 'etag',
      versions,
    };
    return { record, versions };
  }

  /** The versions with one of them changed. */
  const but = (versions: readonly VersionRecord[], place: number, change: Partial<VersionRecord>) => ({
    versions: versions.map((version, n) => (n === place ? { ...version, ...change } : version)),
  });
  const without = ({ destination: _, ...version }: VersionRecord): VersionRecord => version;

  test('one that is true is well', async () => assert.equal(await said(() => ({})), undefined));

  for (const [what, change, words] of [
    [
      'a version that the source never had',
      ({ versions }) => but(versions, 0, { source: 'x' }),
      /the source has never had/,
    ],
    [
      'a copy that was never made',
      ({ versions }) => but(versions, 0, { destination: 'x' }),
      /the destination has never had/,
    ],
    [
      'a copy of another version',
      ({ versions }) => but(versions, 0, { destination: versions[2]?.destination ?? '' }),
      /is said to have become/,
    ],
    ['another size', ({ versions }) => but(versions, 0, { size: 1_000 }), /and version .* is \d+ bytes/],
    [
      'another ETag of the copy',
      ({ versions }) => but(versions, 0, { destinationEtag: 'x' }),
      /is reported as copied/,
    ],
    ['no proof', () => ({ proof: 'none' as const }), /in a run that is verified/],
    [
      'a version lacking in between',
      ({ versions }) => ({ versions: versions.map((version, n) => (n === 1 ? without(version) : version)) }),
      /a version is lacking behind/,
    ],
    [
      'a history cut short',
      ({ versions }) => ({ versions: versions.slice(0, 2) }),
      /has never had this history/,
    ],
    ['nothing done', () => ({ action: 'unchanged' as const }), /something else is said/],
    [
      'nothing done, by all of its versions',
      ({ versions }) => ({
        action: 'unchanged' as const,
        versions: versions.map(({ copied: _, ...version }) => version),
      }),
      /the run appended to it/,
    ],
    [
      'something else on top',
      (_, { stage }) => {
        stage.to.put(there(deletedBetween), 'other');
        return {};
      },
      /something else on top/,
    ],
  ] as const satisfies readonly (readonly [
    string,
    (told: Told, scene: Scene) => Partial<ObjectRecord>,
    RegExp,
  ])[])
    test(`${what} is noticed`, async () => assert.match((await said(change)) ?? '', words));

  test('what an earlier run made is noticed', async () => {
    assert.match((await said(() => ({}), Number.MAX_SAFE_INTEGER)) ?? '', /the run did not make/);
  });
});
