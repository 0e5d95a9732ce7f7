/** The checks that every run makes once both buckets have been found. The order is the order in which they are told. */
import type { CheckResult } from '../model/checks.ts';
import { type Access, checkAccess, type Ways } from './access.ts';
import { checkAcls } from './acls.ts';
import { checkEquipment } from './datasync/equipment.ts';
import { checkRole } from './datasync/role.ts';
import { checkDeleteMarkers } from './delete-markers.ts';
import { checkEncryption } from './encryption.ts';
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
import type { Check } from './scene.ts';
import { checkVersioning } from './versioning.ts';
import { checkWork, checkWorkLock } from './work.ts';

/** What all checks found, and the scene that they leave. */
export interface Findings extends Pick<Access, 'scene' | 'note'> {
  readonly results: readonly CheckResult[];
}

export async function checkAll(ways: Ways): Promise<Findings> {
  const { copy } = ways;
  const found = checkAccess(ways);
  const [owners, listable, restorable, markers, { scene, choice, reading, writing, note }, ...rest] =
    await Promise.all([
      checkOwners(copy),
      checkListable(copy),
      checkRestorable(copy),
      checkDeleteMarkers(copy),
      found,
      ...(ways.replication === undefined ? SETTINGS : OF_REPLICATION).map(async check =>
        check((await found).scene),
      ),
    ]);
  const results = [owners, listable, choice, reading, restorable, writing, markers, ...rest].flat();
  return { scene, results, ...(note !== undefined && { note }) };
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
