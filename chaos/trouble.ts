/** What can go wrong with which requests, as values that a schedule is drawn from. */
import fc from 'fast-check';
import { type Effect, type Fault, retryable } from '../lab/faults.ts';
import type { Engine } from './variants.ts';

const error = (status: number, code: string): Effect => ({ kind: 'error', status, code });

/** Nothing was done, and the same request once more would do. */
const PASSING: readonly Effect[] = [
  retryable.slowDown,
  retryable.internalError,
  retryable.expiredToken,
  error(503, 'ServiceUnavailable'),
  error(400, 'RequestTimeout'),
  error(409, 'OperationAborted'),
  { kind: 'cut' },
  { kind: 'slow', ms: 300 },
  { kind: 'stall', ms: 300 },
];
/** All was done, and nobody is told so. */
const LOST: readonly Effect[] = [
  { kind: 'cut', applied: true },
  { kind: 'break' },
  { kind: 'truncate', share: 0.6 },
  { kind: 'truncate', share: 0.9 },
];
/** As copies and completions are refused that S3 has begun to answer. */
const IN_200: readonly Effect[] = [
  { kind: 'error-in-200', code: 'InternalError' },
  { kind: 'error-in-200', code: 'SlowDown' },
  { kind: 'empty-200' },
];
/** No repetition helps. */
const REFUSED: readonly Effect[] = [
  error(412, 'PreconditionFailed'),
  error(409, 'ConditionalRequestConflict'),
  error(403, 'AccessDenied'),
];
const THROTTLED: readonly Effect[] = [
  error(400, 'ThrottlingException'),
  error(500, 'InternalFailure'),
  { kind: 'cut' },
  { kind: 'slow', ms: 300 },
];

type Choice = readonly [operation: string, effects: readonly Effect[]];

const TRUNCATED = fc
  .integer({ min: 0, max: 99 })
  .map((percent): Effect => ({ kind: 'truncate', share: percent / 100 }));

/** Asked of S3 whatever does the copying. */
const LOOKS: readonly Choice[] = [
  ['ListObjectsV2', [...PASSING, ...LOST]],
  ['ListObjectsV2', [...PASSING, ...LOST]],
  ['HeadObject', PASSING],
  ['HeadBucket', PASSING],
  ['GetObject', [...PASSING, { kind: 'break' }]],
  ['GetObjectTagging', [...PASSING, ...LOST]],
  ['AssumeRoleWithWebIdentity', [...THROTTLED, error(400, 'IDPCommunicationError'), ...LOST]],
  ['GetIdToken', [error(500, 'InternalServerError'), { kind: 'cut' }, { kind: 'slow', ms: 300 }]],
];
const DELETIONS: readonly Choice[] = [['DeleteObjects', [...PASSING, ...LOST, ...REFUSED]]];
/** Asked where histories are carried. */
const HISTORIES: readonly Choice[] = [
  ['ListObjectVersions', [...PASSING, ...LOST]],
  ['ListObjectVersions', [...PASSING, ...LOST]],
  ['DeleteObject', [...PASSING, ...LOST, ...REFUSED]],
  ['DeleteObject', [...PASSING, ...LOST, ...REFUSED]],
];
const UPLOADS: readonly Choice[] = [
  ['CreateMultipartUpload', [...PASSING, ...LOST, error(403, 'AccessDenied')]],
  ['CompleteMultipartUpload', [...PASSING, ...LOST, ...IN_200, ...REFUSED]],
  ['AbortMultipartUpload', [...PASSING, ...LOST]],
];
const COPIES: readonly Choice[] = [
  ['CopyObject', [...PASSING, ...LOST, ...IN_200, ...REFUSED]],
  ['CopyObject', [...PASSING, ...LOST, ...IN_200, ...REFUSED]],
  ['UploadPartCopy', [...PASSING, ...LOST, ...IN_200, ...REFUSED]],
  ...UPLOADS,
];
/** How services keep and lose what they need themselves. */
const WORK: readonly Choice[] = [
  ['PutObject', [...PASSING, ...LOST]],
  ['GetRole', THROTTLED],
  ['SimulatePrincipalPolicy', THROTTLED],
];
const JOBS: readonly Choice[] = [
  ['CreateJob', [...THROTTLED, ...LOST]],
  ['DescribeJob', [...THROTTLED, { kind: 'break' }]],
  ['ListJobs', [...THROTTLED, { kind: 'break' }]],
  ['UpdateJobStatus', [...THROTTLED, ...LOST]],
  ['Preparing', [{ kind: 'slow', ms: 1500 }]],
  ['Active', [{ kind: 'slow', ms: 1500 }, error(400, 'InternalError')]],
  ['Completing', [{ kind: 'slow', ms: 700 }]],
];

const PICKS: Readonly<Record<Engine, readonly Choice[]>> = {
  copy: [...LOOKS, ...DELETIONS, ...COPIES],
  stream: [
    ...LOOKS,
    ...DELETIONS,
    ...UPLOADS,
    ['GetObject', [...PASSING, { kind: 'break' }, { kind: 'damage' }, ...REFUSED]],
    ['PutObject', [...PASSING, ...LOST, { kind: 'damage' }, ...REFUSED]],
    ['UploadPart', [...PASSING, ...LOST, { kind: 'damage' }]],
  ],
  datasync: [
    ...LOOKS,
    ...DELETIONS,
    ...WORK,
    ['ListLocations', [...THROTTLED, { kind: 'break' }]],
    ['CreateLocationS3', [...THROTTLED, ...LOST]],
    ['CreateTask', [...THROTTLED, ...LOST]],
    ['StartTaskExecution', [...THROTTLED, ...LOST]],
    ['DescribeTaskExecution', [...THROTTLED, { kind: 'break' }]],
    ['CancelTaskExecution', [...THROTTLED, ...LOST]],
    ['ListTaskExecutions', [...THROTTLED, { kind: 'break' }]],
    ['DeleteTask', [...THROTTLED, ...LOST]],
    ['LAUNCHING', [{ kind: 'slow', ms: 1000 }, error(400, 'EniNotFound')]],
    ['TRANSFERRING', [{ kind: 'slow', ms: 1500 }, error(400, 'InternalError')]],
    ['VERIFYING', [{ kind: 'slow', ms: 700 }, error(400, 'EniNotFound')]],
  ],
  batch: [...LOOKS, ...DELETIONS, ...WORK, ...JOBS, ...COPIES],
  replication: [
    ...LOOKS,
    ...DELETIONS,
    ...WORK,
    ...JOBS,
    ['ListObjectVersions', [...PASSING, ...LOST]],
    ['ReplicateObject', [error(403, 'AccessDenied'), { kind: 'slow', ms: 500 }]],
    ['GetBucketReplication', [...PASSING, { kind: 'break' }]],
    ['PutBucketReplication', [...PASSING, ...LOST]],
  ],
};

/**
 * One fault, that strikes from some request on and so many times.
 *
 * @param histories whether they are carried
 */
export function faultsFor(engine: Engine, histories: boolean): fc.Arbitrary<Fault> {
  const effects = oneOf([...PICKS[engine], ...(histories ? HISTORIES : [])]);
  // A listing that ends too soon is the one answer that could make an object look gone.
  const cutShort = fc.record({
    operation: fc.constantFrom('ListObjectsV2', 'ListObjectVersions'),
    effect: TRUNCATED,
  });
  return fc
    .record({
      struck: fc.oneof({ weight: 8, arbitrary: effects }, { weight: 1, arbitrary: cutShort }),
      skip: fc.constantFrom(0, 0, 1, 2, 4, 8),
      // Ten in a row end a request's repetitions.
      times: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) },
        { weight: 1, arbitrary: fc.constant(12) },
      ),
    })
    .map(({ struck: { operation, effect }, skip, times }) => ({
      operation,
      skip,
      // A session that was renewed a moment ago is not called expired again.
      times: effect === retryable.expiredToken ? 1 : times,
      ...effect,
    }));
}

function oneOf(choices: readonly Choice[]) {
  return fc
    .constantFrom(...choices)
    .chain(([operation, effects]) =>
      fc.record({ operation: fc.constant(operation), effect: fc.constantFrom(...effects) }),
    );
}

const SILENCES: readonly Effect[] = [{ kind: 'silence' }, { kind: 'silence', applied: true }];
/** Where an answer has no body, there is none to stop in the middle of. */
const SILENCE: readonly Effect[] = [{ kind: 'silence' }];
/** A minute is the time limit of all of these. That of larger copies grows with their bytes, to quarters of an hour. */
const SILENT: Readonly<Record<Engine, readonly Choice[]>> = {
  copy: [
    ['CopyObject', SILENCES],
    ['CopyObject', SILENCES],
    ['CreateMultipartUpload', SILENCES],
  ],
  stream: [
    ['GetObject', SILENCES],
    ['GetObject', SILENCES],
    ['PutObject', SILENCE],
    ['UploadPart', SILENCE],
  ],
  datasync: [['DescribeTaskExecution', SILENCES]],
  batch: [['DescribeJob', SILENCES]],
  replication: [['DescribeJob', SILENCES]],
};

/** Now and then one connection that stays open and brings nothing any more: each costs a schedule a minute. */
export function silencesFor(engine: Engine, histories: boolean): fc.Arbitrary<readonly Fault[]> {
  const listing: Choice = [histories ? 'ListObjectVersions' : 'ListObjectsV2', SILENCES];
  const choices: readonly Choice[] = [
    ['AssumeRoleWithWebIdentity', SILENCES],
    listing,
    listing,
    histories ? ['DeleteObject', SILENCE] : ['DeleteObjects', SILENCES],
    ...SILENT[engine],
  ];
  const silence = fc
    .record({ struck: oneOf(choices), skip: fc.constantFrom(0, 0, 0, 1) })
    .map(({ struck: { operation, effect }, skip }): Fault => ({ operation, skip, times: 1, ...effect }));
  return fc.oneof(
    { weight: 49, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: silence.map(one => [one]) },
  );
}
