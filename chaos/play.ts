/** One schedule played: runs in which things go wrong, then runs in which nothing does, each looked at when it is over. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepResult } from '../lab/github/runner.ts';
import type { Performance, Run } from '../test/e2e/stage.ts';
import { keysToArrive, notArrived } from './arrived.ts';
import { judgeChanges } from './changes.ts';
import { destinationKeyOf } from './copies.ts';
import { Judge } from './judge.ts';
import { judgeLeftovers } from './leftovers.ts';
import { type Scene, setScene } from './scene.ts';
import type { Deed, Round, Schedule } from './schedule.ts';
import { judgeReport } from './truth.ts';

export interface Played {
  readonly schedule: Schedule;
  readonly judge: Judge;
  /** How often each kind of fault struck. */
  readonly struck: ReadonlyMap<string, number>;
  /** What was done besides, by kind: signals by their names. */
  readonly deeds: ReadonlyMap<string, number>;
  /** Main steps, those without faults included. */
  readonly runs: number;
  readonly logs: readonly string[];
}

export async function play(schedule: Schedule): Promise<Played> {
  const judge = new Judge();
  const scene = await setScene(schedule);
  const director = new Director(scene, judge);
  try {
    for (const [n, round] of schedule.rounds.entries()) await director.perform(`round ${n + 1}`, round);
    await director.finish();
  } finally {
    await judge.checkLater('the lab is well', 'end', () => scene.close());
  }
  const { deeds, logs } = director;
  return { schedule, judge, struck: scene.stage.lab.faults.struck(), deeds, logs, runs: logs.length };
}

/** A run may wait for its retries, forty seconds for each request that never comes through, and a minute for silence. */
const MAIN_WITHIN_MS = 240_000;
/** The runner's own ten seconds, and what a busy machine adds. */
const AFTER_SIGTERM_MS = 20_000;
const POST_WITHIN_MS = 90_000;
const QUIET_RUNS = 4;
const QUIET: Round = { inputs: {}, faults: [], events: [] };

class Director {
  readonly deeds = new Map<string, number>();
  readonly logs: string[] = [];
  readonly #scene: Scene;
  readonly #judge: Judge;
  /** Changes that have been looked at. */
  #judged: number;

  constructor(scene: Scene, judge: Judge) {
    this.#scene = scene;
    this.#judged = scene.chronicle.length;
    this.#judge = judge;
  }

  /**
   * A run, and what a runner does after it, both looked at. The post step of a run that nothing has troubled is left out: it
   * must have nothing to do. Resolves to `undefined` when the run has not ended.
   */
  async perform(where: string, round: Round): Promise<Run | undefined> {
    const { stage, chronicle } = this.#scene;
    // What services do between two runs counts for the later one.
    const since = this.#judged;
    const requests = stage.mutations().length;
    const signals = this.#arm(round, () => performance);
    const performance = await this.#scene.start(round.inputs);
    const run = await this.#ended(where, performance, signals);
    stage.lab.faults.clear();
    if (run === undefined) return undefined;
    const post = isTroubled(round) ? await this.#cleanedUp(where, performance) : undefined;
    this.logs.push(`=== ${where} (${run.code})\n${run.log}\n--- post\n${post?.log ?? ''}`);
    this.#judged = chronicle.length;
    judgeChanges(this.#scene, this.#judge, where, since);
    judgeReport(this.#scene, this.#judge, where, { run, since, killed: signals.has('SIGKILL') });
    const isLooking = round.inputs.mode !== undefined;
    if (isLooking)
      this.#judge.check('looking changes nothing', where, () =>
        assert.equal(stage.mutations().length - requests, 0, 'requests that change something'),
      );
    await judgeLeftovers(this.#scene, this.#judge, where, {
      run,
      post,
      mayGoOn: isLooking || isLeftToNext(run) || this.#underWay().length > 0,
      mayProbe: this.deeds.has('SIGKILL') || this.deeds.has('SIGTERM'),
    });
    return run;
  }

  /** Runs without faults until one has done all there was to do, and then nothing is left to be done. */
  async finish(): Promise<void> {
    const { stage, inputs } = this.#scene;
    let run: Run | undefined;
    for (let n = 1; n <= QUIET_RUNS; n++) {
      run = await this.perform(`quiet run ${n}`, QUIET);
      if (run?.code === 0 && !/Collecting what the job/.test(run.log)) break;
    }
    this.#judge.check('rerun completes', 'quiet runs', () => {
      assert.equal(run?.code, 0, run?.log);
      assertSame(this.#scene);
      // A run that is killed between the two leaves a plan without a note.
      const left = this.#underWay().filter(key => !(this.deeds.has('SIGKILL') && key.endsWith('.plan.gz')));
      assert.deepEqual(left, [], 'something is left to be collected');
    });
    // Everything that a rule still replicates is there before it is compared.
    await stage.lab.s3.replication.settled();
    // Taking every object as different is refused there.
    const compare = inputs.compare === 'always' ? 'auto' : `${inputs.compare}`;
    const looked = await this.perform('look', {
      ...QUIET,
      inputs: { mode: 'verify', verify: 'listing', compare },
    });
    this.#judge.check('rerun completes', 'look', () => {
      const differing = looked?.records.filter(({ action }) => action === 'failed') ?? [];
      // Two that are the same may have no checksum in common.
      const isUnknown = differing.length > 0 && differing.every(({ reason }) => reason === 'unproven');
      if (!isUnknown) assert.equal(looked?.code, 0, looked?.log);
    });
  }

  /** @returns when each signal was first sent, by its name; filled while the run goes on */
  #arm({ faults, events }: Round, performing: () => Performance): Map<string, number> {
    const sent = new Map<string, number>();
    const trouble = this.#scene.stage.lab.faults;
    const happens = (deed: Deed) => {
      const name = deed.kind === 'signal' ? deed.signal : nameOf(deed);
      this.deeds.set(name, (this.deeds.get(name) ?? 0) + 1);
      if (deed.kind !== 'signal') return this.#scene.does(deed);
      if (!sent.has(name)) sent.set(name, Date.now());
      performing().signal(deed.signal);
    };
    // Until a run asks who it is, requests come from jobs that earlier runs have left, and it may not heed signals yet.
    trouble.when({ operation: 'GetIdToken', times: 1 }, () => {
      for (const { after, operation, deed } of events)
        trouble.when({ ...(operation && { operation }), skip: after - 1, times: 1 }, () => happens(deed));
    });
    for (const fault of faults) trouble.add(fault);
    return sent;
  }

  async #ended(
    where: string,
    performance: Performance,
    signals: ReadonlyMap<string, number>,
  ): Promise<Run | undefined> {
    let run: Run | undefined;
    await this.#judge.checkLater('no secret', where, async () => {
      run = await within(MAIN_WITHIN_MS, performance.finished);
    });
    this.#judge.check('it ends', where, () => {
      const asked = signals.get('SIGTERM');
      const tookMs = asked === undefined ? 0 : Date.now() - asked;
      assert.ok(run, 'the run has not ended, or not as it should');
      assert.ok(tookMs < AFTER_SIGTERM_MS, `the run ended ${tookMs} ms after SIGTERM`);
      assert.ok(run.code !== null || signals.has('SIGKILL'), 'a signal ended it that it should have heeded');
    });
    if (run === undefined) performance.signal('SIGKILL');
    return run;
  }

  async #cleanedUp(where: string, performance: Performance): Promise<StepResult | undefined> {
    const post = await within(POST_WITHIN_MS, performance.post());
    this.#judge.check('it ends', where, () => assert.ok(post, 'the post step has not ended'));
    return post;
  }

  #underWay(): readonly string[] {
    return this.#scene.work?.keys().filter(key => key.includes('/under-way/')) ?? [];
  }
}

function isTroubled({ faults, events }: Round): boolean {
  return faults.length + events.length > 0;
}

function isLeftToNext(run: Run): boolean {
  return run.outputs.job !== undefined && run.outputs.job !== '';
}

function nameOf(deed: Exclude<Deed, { kind: 'signal' }>): string {
  return 'side' in deed ? `${deed.kind} at the ${deed.side}` : deed.kind;
}

/** `undefined` when it takes longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

/** Both sides are the same, with what `preserve` names. */
function assertSame(scene: Scene): void {
  const { stage, inputs } = scene;
  for (const key of keysToArrive(scene)) assert.equal(notArrived(scene, key), undefined);
  if (inputs.delete !== 'true') return;
  const { source, destination } = scene.schedule.settings.prefixes;
  const keys = stage.from.keys().filter(key => key.startsWith(source));
  const there = stage.to.keys().filter(key => key.startsWith(destination));
  assert.deepEqual(
    there.toSorted(),
    keys.map(key => destinationKeyOf(scene, key)).toSorted(),
    'the destination has keys that the source has not',
  );
}
