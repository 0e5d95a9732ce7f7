/**
 * Which identity can do the work, and by that, with `engine: auto`, which engine does it. A server-side copy bears one
 * signature: where no single identity may both read and write, each side's own may still do its part, with the bytes
 * passing through the runner.
 */
import { type CheckResult, isFailed } from '../model/checks.ts';
import { isGrantable } from './grants.ts';
import { checkReadable } from './readable.ts';
import { checkRequestPayment } from './request-payment.ts';
import type { Scene } from './scene.ts';
import { checkWritable } from './writable.ts';

export interface Access {
  /** That of the engine to use. */
  readonly scene: Scene;
  /** Why it is this engine, where there was a choice. */
  readonly choice: CheckResult[];
  readonly reading: CheckResult[];
  readonly writing: CheckResult[];
  /** What the run is to be remembered for: that it did not go the way it could have gone. */
  readonly note?: string;
  /** What stands against copying, where the choice fell on another way. */
  readonly refused?: readonly CheckResult[];
}

/** The scene of each engine that could do the work on the two buckets. */
export interface Ways {
  readonly copy: Scene;
  readonly stream: Scene;
  /** Each with that engine only. */
  readonly datasync?: Scene;
  readonly batch?: Scene;
  readonly replication?: Scene;
}

export async function checkAccess(ways: Ways): Promise<Access> {
  const { engine } = ways.copy.settings;
  // Nobody here reads or writes an object.
  if (ways.replication !== undefined)
    return { scene: ways.replication, choice: [], reading: [], writing: [] };
  if (engine === 'datasync' || engine === 'batch')
    return { ...(await tryBesides(ways[engine] ?? ways.copy, SERVICES[engine])), choice: [] };
  if (engine !== 'auto') return { ...(await tryOut(ways[engine] ?? ways.copy)), choice: [] };
  const copying = await tryOut(ways.copy);
  const refused = failures(copying);
  if (refused.length === 0) return { ...copying, choice: [serverSide(copying)] };
  // What is missing is going to be granted, and then the copies are server-side.
  if (isGrantable(refused, ways.copy)) return { ...copying, choice: [] };
  // Only `request-payer` is missing for server-side copies, which is no reason to stream every byte instead.
  if (await lacksPayer(ways.copy)) return { ...copying, choice: [] };
  const streaming = await tryOut(ways.stream);
  // Where neither way is open, only what the better one lacks is told.
  if (failures(streaming).length > 0) return { ...copying, choice: [] };
  return {
    scene: ways.stream,
    refused,
    choice: [throughHere(ways.copy)],
    reading: [...copying.reading.map(asAdviceTo(COPY_SERVER_SIDE)), ...streaming.reading],
    writing: [...copying.writing.filter(isFailed).map(asAdviceTo(COPY_SERVER_SIDE)), ...streaming.writing],
    note: `Engine stream: every byte passes the runner, because ${whoOf(ways.copy)} may not sign server-side copies (${refused.map(({ check }) => check).join(', ')}). The checks say what to grant.`,
  };
}

type Tried = Pick<Access, 'scene' | 'reading' | 'writing'>;

async function tryOut(scene: Scene): Promise<Tried> {
  const [reading, writing] = await Promise.all([checkReadable(scene), checkWritable(scene)]);
  return { scene, reading, writing };
}

/** By their names, the services that carry most of a plan, and not all of it. */
export const SERVICES = { datasync: 'DataSync', batch: 'S3 Batch Operations' } as const;

/**
 * What the service cannot carry is copied from here. Whether there is any such object only the plan will show, so that
 * what fails here is no more than advice.
 */
async function tryBesides(scene: Scene, service: string): Promise<Tried> {
  const { reading, writing } = await tryOut(scene);
  const cannotCopy = failures({ reading, writing });
  const asAdvice = asAdviceTo(`To have copied what ${service} cannot carry:`);
  const { datasync, jobs } = scene;
  return {
    scene: {
      ...scene,
      ...(datasync !== undefined && { datasync: { ...datasync, cannotCopy } }),
      ...(jobs !== undefined && { jobs: { ...jobs, cannotCopy } }),
    },
    reading: reading.map(asAdvice),
    writing: writing.map(asAdvice),
  };
}

export function failures({ reading, writing }: Pick<Tried, 'reading' | 'writing'>): CheckResult[] {
  return [...reading, ...writing].filter(isFailed);
}

async function lacksPayer(scene: Scene): Promise<boolean> {
  return (await checkRequestPayment(scene)).some(isFailed);
}

const CHECK = 'engine';

function serverSide({ scene, reading, writing }: Tried): CheckResult {
  const proven = [...reading, ...writing].every(({ verdict }) => verdict === 'pass');
  const why = proven
    ? `${whoOf(scene)} can read the source and write the destination`
    : `${whoOf(scene)} can sign the copies, as far as could be tried`;
  return { check: CHECK, verdict: 'pass', seen: `copy, server-side: ${why}.` };
}

function throughHere(copying: Scene): CheckResult {
  const seen = `stream, through the runner: ${whoOf(copying)} may not do both, but each side's own identity can do its part.`;
  return { check: CHECK, verdict: 'pass', seen };
}

const COPY_SERVER_SIDE = 'To copy server-side, which is faster and keeps the bytes off the runner:';

/** Makes a failure advice: what this run does not need must not fail it. */
export function asAdviceTo(purpose: string): (result: CheckResult) => CheckResult {
  return result => {
    if (!isFailed(result)) return result;
    const { fix, ...rest } = result;
    return {
      ...rest,
      verdict: 'warn',
      ...(fix !== undefined && { fix: { ...fix, todo: `${purpose} ${fix.todo}` } }),
    };
  };
}

function whoOf({ from }: Scene): string {
  return from.identity.arn ?? 'the signer';
}
