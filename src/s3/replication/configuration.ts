/**
 * The replication configuration of a bucket, which is one for all rules and all who made them: ours is put beside the
 * others or taken out from among them, and no other rule is touched. (S3 API, PutBucketReplication.)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DeleteBucketReplicationCommand, type ReplicationRule } from '@aws-sdk/client-s3';
import { FatalError, StoppedError } from '../../errors.ts';
import type { Bucket } from '../bucket.ts';
import { obstacleTo, priorityFor } from './obstacles.ts';
import { differences, ruleFor, type Wanted } from './rule.ts';
import { type Configuration, othersIn, oursIn, readConfiguration } from './standing.ts';
import { put, type WrittenRule } from './wire.ts';

/** Replaces ours in its place and at its priority; a new one comes last. */
export function merged(
  configuration: Configuration | undefined,
  wanted: Wanted,
): (WrittenRule | ReplicationRule)[] {
  const rules = configuration?.rules ?? [];
  const standing = oursIn(configuration, wanted);
  const ours = ruleFor(wanted, priorityFor(configuration, wanted));
  return standing === undefined
    ? [...rules, ours]
    : rules.map(written => (written.rule === standing ? ours : written));
}

/**
 * Puts the rule in place; nothing is sent where it stands already.
 *
 * @returns whether something was written
 * @throws what S3 answers; FatalError when the rule cannot stand beside the others, or S3 does not show what was written
 */
export async function putRule(source: Bucket, role: string, wanted: Wanted): Promise<boolean> {
  if (stands(await readConfiguration(source), role, wanted)) return false;
  const before = await readSettled(source);
  const obstacle = obstacleTo(before, role, wanted);
  if (obstacle !== undefined) throw new FatalError(obstacle.seen, obstacle.fix);
  await put(source, role, merged(before, wanted));
  await untilShown(source, before, wanted, now => stands(now, role, wanted));
  return true;
}

/**
 * Whether the rule is still there as it was put. S3 has no conditional write of a configuration: who read it before we wrote
 * and wrote after us has taken our rule away, and nobody was told.
 *
 * @throws what S3 answers; StoppedError
 */
export async function stillStands(source: Bucket, role: string, wanted: Wanted): Promise<boolean> {
  const begun = Date.now();
  for (let looks = 0; ; looks++) {
    if (stands(await readConfiguration(source), role, wanted)) return true;
    if (Date.now() - begun > STALE_FOR_MS) return false;
    await pause(Math.min(LONGEST_MS, FIRST_MS * 2 ** looks), source.aborting);
  }
}

function stands(now: Configuration | undefined, role: string, wanted: Wanted): boolean {
  const shown = oursIn(now, wanted);
  return now?.role === role && shown !== undefined && differences(shown, wanted).length === 0;
}

/**
 * Takes the rule out again; with the last one the configuration goes.
 *
 * @returns whether there was one
 * @throws as `putRule` does
 */
export async function removeRule(source: Bucket, wanted: Wanted): Promise<boolean> {
  if (oursIn(await readConfiguration(source), wanted) === undefined) return false;
  const before = await readSettled(source);
  if (before === undefined || oursIn(before, wanted) === undefined) return false;
  const others = othersIn(before, wanted);
  if (others.length === 0) await source.send(new DeleteBucketReplicationCommand(source.common));
  else await put(source, before.role, others);
  await untilShown(source, before, wanted, now => oursIn(now, wanted) === undefined);
  return true;
}

/** How long S3 may show the configuration that was. (S3 API, GetBucketReplication: changes take a while.) */
const SHOWN_WITHIN_MS = 120_000;
const FIRST_MS = 200;
const LONGEST_MS = 5_000;

/** What one look may show that was shown otherwise before. */
const STALE_FOR_MS = 10_000;

/** Between two looks that must agree before anything is written: a rule that somebody has just put there is kept. */
const AGREE_AFTER_MS = 1_000;

/** The configuration once S3 shows the same twice. */
async function readSettled(source: Bucket): Promise<Configuration | undefined> {
  const begun = Date.now();
  let last = await readConfiguration(source);
  for (;;) {
    await pause(AGREE_AFTER_MS, source.aborting);
    const now = await readConfiguration(source);
    if (isDeepStrictEqual(now, last)) return now;
    if (Date.now() - begun > SHOWN_WITHIN_MS) {
      const { bucket } = source.location;
      throw new FatalError(
        `The replication configuration of ${bucket} does not settle: somebody else is writing it.`,
        {
          todo: 'Let one run or person at a time write it: put all workflows that replicate from this bucket into one `concurrency` group. Then run again.',
        },
      );
    }
    last = now;
  }
}

async function untilShown(
  source: Bucket,
  before: Configuration | undefined,
  wanted: Wanted,
  isShown: (now: Configuration | undefined) => boolean,
): Promise<void> {
  const { bucket } = source.location;
  const begun = Date.now();
  for (let ms = FIRST_MS; ; ms = Math.min(LONGEST_MS, 2 * ms)) {
    const now = await readConfiguration(source);
    const lost = lostBetween(before, now, wanted);
    if (isShown(now) && lost.length === 0) return;
    if (Date.now() - begun > SHOWN_WITHIN_MS) {
      const what =
        lost.length === 0
          ? 'what was written'
          : `the ${lost.length === 1 ? 'rule' : 'rules'} ${lost.join(', ')} of somebody else`;
      throw new FatalError(
        `The replication configuration of ${bucket} does not show ${what}: somebody else may have written it at the same time.`,
        { todo: `Look at it: aws s3api get-bucket-replication --bucket ${bucket}. Then run again.` },
      );
    }
    await pause(ms, source.aborting);
  }
}

/** Ids of the rules of others that are not there as they were. */
function lostBetween(
  before: Configuration | undefined,
  now: Configuration | undefined,
  wanted: Wanted,
): string[] {
  const there = othersIn(now, wanted);
  return othersIn(before, wanted)
    .filter(({ rule }) => !there.some(one => isDeepStrictEqual(one.rule, rule)))
    .map(({ rule }) => rule.ID ?? 'without a name');
}

async function pause(ms: number, aborting: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: aborting });
  } catch (error) {
    throw new StoppedError('Stopped while a replication configuration was waited for.', { cause: error });
  }
}
