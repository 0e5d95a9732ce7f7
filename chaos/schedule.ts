/** From a number to all that happens: the buckets, the inputs, and what goes wrong in each run. */
import fc from 'fast-check';
import type { Fault } from '../lab/faults.ts';
import type { Inputs } from '../test/e2e/stage.ts';
import { faultsFor, silencesFor } from './trouble.ts';
import { carriesHistories, ENGINES, type Engine, settingsFor, type Variant } from './variants.ts';

/** Everything about one play but its timing, which is the machine's. */
export interface Schedule {
  readonly seed: number;
  readonly engine: Engine;
  /** The same for all runs. */
  readonly settings: Variant;
  readonly buckets: Buckets;
  /** Runs in which things go wrong, one after the other; then come those in which nothing does. */
  readonly rounds: readonly Round[];
}

export interface Buckets {
  /** Objects that have to be copied. */
  readonly missing: number;
  /** Those of them that take a multipart copy. */
  readonly large: number;
  readonly unchanged: number;
  readonly outdated: number;
  /** Only at the destination. */
  readonly extraneous: number;
  /** Objects on a page of a listing. */
  readonly pageLimit: number;
  /** How far AWS's clock is ahead of the runner's. */
  readonly skewMinutes: number;
}

export interface Round {
  readonly inputs: Inputs;
  readonly faults: readonly Fault[];
  readonly events: readonly Event[];
}

/** What happens besides, when the run has sent so many requests, or so many of one kind. */
export interface Event {
  readonly after: number;
  readonly operation?: string;
  readonly deed: Deed;
}

export type Deed =
  | { readonly kind: 'put' | 'delete'; readonly side: 'source' | 'destination'; readonly object: number }
  | { readonly kind: 'expire'; readonly side: 'source' | 'destination' }
  | { readonly kind: 'clock'; readonly minutes: number }
  | { readonly kind: 'signal'; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' };

/** The same number and engine give the same schedule, always. */
export function scheduleOf(seed: number, engine: Engine): Schedule {
  // No two engines play the same.
  const own = seed * ENGINES.length + ENGINES.indexOf(engine);
  const [schedule] = fc.sample(schedules(engine), { seed: own, numRuns: 1 });
  if (schedule === undefined) throw new Error('Nothing was drawn.');
  return { seed, engine, ...schedule };
}

function schedules(engine: Engine): fc.Arbitrary<Omit<Schedule, 'seed' | 'engine'>> {
  return settingsFor(engine).chain(settings =>
    fc.record({
      settings: fc.constant(settings),
      buckets: fc.record({
        missing: fc.integer({ min: 1, max: 14 }),
        large: fc.oneof(
          { weight: 2, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
        ),
        unchanged: fc.nat(4),
        outdated: fc.nat(4),
        extraneous: fc.nat(4),
        pageLimit: fc.constantFrom(2, 3, 7, 1000),
        skewMinutes: fc.constantFrom(0, 0, 0, 0, 4, -4, 25, -25, 180, -180),
      }),
      rounds: fc.array(roundsFor(engine, carriesHistories(settings.inputs)), { minLength: 1, maxLength: 3 }),
    }),
  );
}

function roundsFor(engine: Engine, histories: boolean): fc.Arbitrary<Round> {
  const modes: Inputs[] = [{}, {}, {}, {}, {}, {}, { mode: 'dry-run' }, { mode: 'verify', compare: 'auto' }];
  const waits: Inputs[] = engine === 'batch' || engine === 'replication' ? [{}, {}, { wait: 'false' }] : [{}];
  const moments = momentsFor(engine, histories);
  return fc
    .record({
      inputs: fc
        .tuple(fc.constantFrom(...modes), fc.constantFrom(...waits))
        .map(([mode, wait]) => ({ ...mode, ...wait })),
      faults: fc.array(faultsFor(engine, histories), { minLength: 2, maxLength: 10, size: 'max' }),
      events: fc
        .tuple(fc.array(changesFor(engine, moments), { maxLength: 5, size: 'max' }), endings(moments))
        .map(([changes, signals]) => [...changes, ...signals]),
      silences: silencesFor(engine, histories),
    })
    .map(({ faults, silences, ...round }) => ({ ...round, faults: [...silences, ...faults] }));
}

/** Requests by which moments are told: those that most hangs on, and any. */
const MOMENTS: Readonly<Record<Engine, readonly string[]>> = {
  copy: [
    'CopyObject',
    'CopyObject',
    'UploadPartCopy',
    'CompleteMultipartUpload',
    'DeleteObjects',
    'CreateMultipartUpload',
  ],
  stream: ['PutObject', 'PutObject', 'GetObject', 'UploadPart', 'CompleteMultipartUpload', 'DeleteObjects'],
  datasync: [
    'StartTaskExecution',
    'DescribeTaskExecution',
    'TRANSFERRING',
    'VERIFYING',
    'CreateTask',
    'DeleteObjects',
  ],
  batch: ['CreateJob', 'DescribeJob', 'Active', 'Completing', 'CopyObject', 'PutObject', 'DeleteObjects'],
  replication: [
    'CreateJob',
    'DescribeJob',
    'Active',
    'Completing',
    'ReplicateObject',
    'PutBucketReplication',
  ],
};

type Moment = Omit<Event, 'deed'>;

function momentsFor(engine: Engine, histories: boolean): fc.Arbitrary<Moment> {
  const listing = histories ? 'ListObjectVersions' : 'ListObjectsV2';
  const operations = histories ? [...MOMENTS[engine], 'DeleteObject'] : MOMENTS[engine];
  return fc.oneof(
    fc.record({ after: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ after: fc.integer({ min: 1, max: 4 }), operation: fc.constantFrom(...operations) }),
    fc.record({ after: fc.integer({ min: 1, max: 9 }), operation: fc.constant(listing) }),
  );
}

/** What others do meanwhile. Nothing else may write where S3 replicates to: the rule would not bring back what it has brought. */
function changesFor(engine: Engine, moments: fc.Arbitrary<Moment>): fc.Arbitrary<Event> {
  const sides =
    engine === 'replication' ? (['source'] as const) : (['source', 'source', 'destination'] as const);
  const deeds: fc.Arbitrary<Deed> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom('put', 'put', 'delete'),
        side: fc.constantFrom(...sides),
        object: fc.nat(25),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('expire'), side: fc.constantFrom('source', 'destination') }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock'), minutes: fc.constantFrom(3, 20, 90) }) },
  );
  return fc.tuple(moments, deeds).map(([moment, deed]) => ({ ...moment, deed }));
}

const ENDINGS: readonly (readonly ('SIGINT' | 'SIGTERM' | 'SIGKILL')[])[] = [
  [],
  [],
  ['SIGINT'],
  ['SIGTERM'],
  ['SIGKILL'],
  ['SIGKILL'],
  ['SIGINT', 'SIGTERM'],
  ['SIGINT', 'SIGTERM', 'SIGKILL'],
];

/** As a runner ends a job that is cancelled, or a machine that goes away. */
function endings(moments: fc.Arbitrary<Moment>): fc.Arbitrary<readonly Event[]> {
  return fc
    .tuple(moments, fc.constantFrom(...ENDINGS), fc.integer({ min: 1, max: 5 }))
    .map(([moment, signals, apart]) =>
      signals.map((signal, n) => ({
        ...moment,
        after: moment.after + n * apart,
        deed: { kind: 'signal', signal },
      })),
    );
}
