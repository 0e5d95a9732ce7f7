/** The checks that every run makes once both buckets have been found. The order is the order in which they are told. */
import { type CheckResult, isFailed } from '../model/checks.ts';
import type { EngineName } from '../model/settings.ts';
import { type Access, asAdviceTo, checkAccess, failures, SERVICES, type Ways } from './access.ts';
import { checkAcls } from './acls.ts';
import { checkEquipment } from './datasync/equipment.ts';
import { checkRole } from './datasync/role.ts';
import { checkDeletions } from './deletions.ts';
import { checkEncryption } from './encryption.ts';
import { isGrantable } from './grants.ts';
import { checkJobs } from './jobs/jobs.ts';
import { checkJobsMeanwhile } from './jobs/meanwhile.ts';
import { checkJobRole } from './jobs/role.ts';
import { checkListable } from './listable.ts';
import { checkObjectLock } from './object-lock.ts';
import { checkOwners } from './owner.ts';
import { checkOwnership } from './ownership.ts';
import {
  checkDestinationPayment,
  checkLockOfBoth,
  checkReplicaKey,
  checkReplicaOwner,
  checkSourceEncryption,
  checkSourceOwnership,
} from './replication/buckets.ts';
import { checkConfiguration } from './replication/configuration.ts';
import { checkObjects } from './replication/objects.ts';
import { checkReplicationRole } from './replication/role.ts';
import { checkVersioningOfBoth } from './replication/versioning.ts';
import { checkRequestPayment } from './request-payment.ts';
import { checkRestorable } from './restorable.ts';
import type { Check, Scene } from './scene.ts';
import { checkVersioning } from './versioning.ts';
import { checkWork, checkWorkLock } from './work.ts';

/** What all checks found, and the scene that they leave. */
export interface Findings extends Pick<Access, 'scene' | 'note'> {
  readonly results: readonly CheckResult[];
  /** What the run could do its work with, and what stands against each. */
  readonly ways: readonly Way[];
}

/** An engine that the checks have looked at. */
export interface Way {
  readonly engine: EngineName;
  /** That of the run, if it goes this way; `undefined` where it cannot. */
  readonly scene?: Scene | undefined;
  /** Checks that failed. */
  readonly obstacles: readonly CheckResult[];
}

export async function checkAll(ways: Ways): Promise<Findings> {
  const { copy } = ways;
  const owners = await checkOwners(copy);
  // What a stranger's bucket lacks is not to be asked of it, and even less to be granted.
  if (owners.some(isFailed)) return { scene: ways.replication ?? copy, results: owners, ways: [] };
  const found = checkAccess(ways);
  const services = copy.settings.engine === 'auto' ? [ways.datasync, ways.batch] : [];
  const [listable, restorable, deletions, access, rest, looked] = await Promise.all([
    checkListable(copy),
    checkRestorable(copy),
    checkDeletions(copy),
    found,
    found.then(({ scene }) => runAll(ways.replication === undefined ? SETTINGS : OF_REPLICATION, scene)),
    Promise.all(
      services.filter(service => service !== undefined).map(async service => lookAt(service, await found)),
    ),
  ]);
  const { scene, choice, reading, writing, note, refused } = access;
  const obstacles = [...reading, ...writing, ...rest].filter(isFailed);
  // Where a service can do the work, what only the copies from here lack does not end the run, unless it is going to be
  // granted.
  const isRescued = looked.some(way => way.obstacles.length === 0) && !isGrantable(obstacles, scene);
  const orAdvice = isRescued ? asAdviceTo('To do without a service:') : (result: CheckResult) => result;
  const results = [
    ...owners,
    ...listable,
    ...[...choice, ...reading].map(orAdvice),
    ...restorable,
    ...writing.map(orAdvice),
    ...deletions,
    ...rest.map(orAdvice),
  ];
  return {
    scene,
    results: [...results, ...looked.flatMap(({ results: more }) => more.filter(one => isNew(one, results)))],
    ways: [
      ...(refused === undefined ? [] : [{ engine: copy.engine, obstacles: refused }]),
      { engine: scene.engine, scene, obstacles },
      ...looked,
    ],
    ...(note !== undefined && { note }),
  };
}

interface LookedAt extends Way {
  /** Of the checks, as advice. */
  readonly results: readonly CheckResult[];
}

/** A service that `engine: auto` may take once there is a plan; what it cannot carry goes the way the run can go by itself. */
async function lookAt(service: Scene, own: Access): Promise<LookedAt> {
  const { engine, datasync, jobs } = service;
  if (engine !== 'datasync' && engine !== 'batch') throw new RangeError('Not one that is chosen.');
  const besides: 'copy' | 'stream' = own.scene.engine === 'stream' ? 'stream' : 'copy';
  const more = { besides, cannotCopy: failures(own) };
  const scene: Scene = {
    ...own.scene,
    engine,
    ...(datasync !== undefined && { datasync: { ...datasync, ...more } }),
    ...(jobs !== undefined && { jobs: { ...jobs, ...more } }),
  };
  const results = await runAll(SETTINGS, scene);
  return {
    engine,
    scene,
    obstacles: results.filter(isFailed),
    results: results.map(asAdviceTo(`To have ${SERVICES[engine]} do it:`)),
  };
}

async function runAll(checks: readonly Check[], scene: Scene): Promise<CheckResult[]> {
  return (await Promise.all(checks.map(check => check(scene)))).flat();
}

/** Not said already of the way that the run can go by itself. */
function isNew({ check, seen }: CheckResult, said: readonly CheckResult[]): boolean {
  return said.every(one => one.check !== check || one.seen !== seen);
}

/** Those that ask what the settings of the buckets mean for whoever does the work. */
const SETTINGS: readonly Check[] = [
  checkVersioning,
  checkOwnership,
  checkAcls,
  checkEncryption,
  checkObjectLock,
  checkRequestPayment,
  checkRole,
  checkWork,
  checkWorkLock,
  checkEquipment,
  checkJobs,
  checkJobRole,
];

/** The same where S3 Replication does it. */
const OF_REPLICATION: readonly Check[] = [
  checkVersioningOfBoth,
  checkConfiguration,
  checkReplicaOwner,
  checkSourceOwnership,
  checkSourceEncryption,
  checkReplicaKey,
  checkLockOfBoth,
  checkDestinationPayment,
  checkObjects,
  checkReplicationRole,
  checkWork,
  checkWorkLock,
  checkJobs,
  checkJobRole,
  checkJobsMeanwhile,
];
