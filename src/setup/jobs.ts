/** What runs with jobs of S3 Batch Operations need besides what both sides do themselves. */
import { accountOf } from '../aws/arn.ts';
import { isStranger } from '../aws/grant.ts';
import {
  passRoleStatement,
  serviceTrustStatement,
  settingsStatement,
  workStatement,
} from '../aws/policies.ts';
import type { Side } from '../model/objects.ts';
import {
  callerStatements,
  copyActions,
  decryptingStatement,
  encryptingStatement,
  roleStatement,
  SERVICE,
  WORK_ACTIONS,
} from '../s3control/policies.ts';
import { carriersOf, ofCopies } from './copying.ts';
import { type Entry, onlyIf, permit, trust } from './entry.ts';
import { readingKeys, writingKeys } from './keys.ts';
import { lookingAt } from './roles.ts';
import { type Place, type World, workOf } from './world.ts';

/** Jobs that copy. */
export function ofBatch(world: World): Entry[] {
  const { settings, destination, writes } = world;
  const { roleArn: role } = settings.batch;
  if (!writes || role === undefined) return [];
  const sendsAcl = settings.acl !== undefined || isStranger({ account: accountOf(role) }, destination);
  return [
    ...ofJobs(world, destination, role, copyActions(settings.preserve.has('tags'), sendsAcl)),
    ...readingKeys(world, role, decryptingStatement),
    ...writingKeys(world, role, encryptingStatement),
    ...onlyIf(
      'there are objects that a job cannot copy, such as those above 5 GiB, which are then copied from here',
      ofCopies(world, carriersOf(world, 'copy')),
    ),
  ];
}

/**
 * @param caller who makes the jobs, in whose account and Region they are
 * @param actions of the role on the objects of each side
 */
export function ofJobs(
  world: World,
  caller: Place,
  role: string,
  actions: Readonly<Record<Side, readonly string[]>>,
): Entry[] {
  const { partition, source, destination } = world;
  const work = workOf(world, caller);
  const ground = {
    partition,
    source: { ...source.location, actions: actions.source },
    destination: { ...destination.location, actions: actions.destination },
    work: { ...work.location, actions: WORK_ACTIONS },
  };
  const at = { partition, region: caller.region, account: accountOf(role) };
  const places = { source, destination, work };
  const uses = (['source', 'destination', 'work'] as const).filter(use => ground[use].actions.length > 0);
  const asCaller = [
    ...callerStatements(at),
    passRoleStatement(role, SERVICE),
    workStatement(work.location, partition),
  ];
  return [
    ...asCaller.flatMap(statement => permit(caller.role, statement)),
    ...lookingAt(role, caller.role),
    ...onlyIf(
      `the checks are to know whether ${work.bucket} locks what is written`,
      permit(caller.role, settingsStatement(work.location, partition, LOCK_SETTINGS)),
    ),
    trust(role, serviceTrustStatement(role, SERVICE)),
    ...uses.flatMap(use => permit(role, roleStatement(use, ground), places[use])),
  ];
}

const LOCK_SETTINGS = ['s3:GetBucketObjectLockConfiguration'];
