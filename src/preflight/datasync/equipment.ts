/**
 * The locations and the task can be had. Making them is the one way to know: DataSync tries the role on both buckets, and
 * the caller's right to pass it. `mode: preflight` makes them and removes them again, also where there are some already,
 * whose permissions may be gone by now; but not where the work location is in a bucket of somebody else's, in which the role
 * would be tried as well. Before a sync, which makes them after its plan, and in a dry run they are only looked for.
 */
import { decryptStatement, encryptStatement } from '../../aws/policies.ts';
import { Equipment, type Found } from '../../datasync/equipment.ts';
import { taskRegion } from '../../datasync/ground.ts';
import { optionsOf } from '../../datasync/options.ts';
import { FatalError, messageOf } from '../../errors.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { belongsToOwner } from '../owner.ts';
import { keysInUse, withKeys } from '../role-keys.ts';
import type { Check, DataSyncScene, Scene } from '../scene.ts';

const TASK = 'datasync-task';
const locationCheck = (side: Side) => `datasync-${side}-location`;

export const checkEquipment: Check = async scene => {
  const { settings, datasync } = scene;
  if (datasync === undefined || settings.mode === 'verify') return [];
  const equipment = new Equipment(datasync.service, datasync.ground, datasync.run);
  let found: Found;
  try {
    found = await equipment.find();
  } catch (error) {
    const answer = refused(TASK, error);
    // A role that is meant for dry runs only need not have any permission in DataSync.
    return [settings.mode === 'dry-run' ? { ...answer, verdict: 'unknown' } : answer];
  }
  if (settings.mode !== 'preflight') return lookedAt(found);
  // The owners of the other two were looked at before anything else.
  const belongs = await belongsToOwner(datasync.work).catch(() => undefined);
  if (belongs === false) return notTried(datasync.work);
  const results = await tryOut(equipment, scene, datasync);
  try {
    await equipment.removeMade();
    return results;
  } catch (error) {
    return [...results, refused('datasync-removal', error)];
  }
};

/** Making the task writes where its reports go. */
function notTried({ location, owner }: Bucket): CheckResult[] {
  const seen = `Not tried: ${location.bucket} does not belong to account ${owner}, and DataSync would try the role there.`;
  return [locationCheck('source'), locationCheck('destination'), TASK].map(check => ({
    check,
    verdict: 'unknown',
    seen,
  }));
}

/** Makes them as if there were none. */
async function tryOut(equipment: Equipment, scene: Scene, { ground }: DataSyncScene): Promise<CheckResult[]> {
  const [source, destination] = await Promise.allSettled([
    equipment.location('source', {}),
    equipment.location('destination', {}),
  ]);
  const role = ground.role;
  const ofSide = (side: Side, tried: PromiseSettledResult<string>): CheckResult => {
    const result = told(locationCheck(side), tried, `DataSync reaches ${ground[side].bucket} as ${role}.`);
    const uses = keysInUse(scene, decryptStatement, encryptStatement).filter(use => use.side === side);
    return result.fix === undefined
      ? result
      : { ...result, fix: withKeys(result.fix, result.seen, role, uses) };
  };
  const results = [ofSide('source', source), ofSide('destination', destination)];
  if (source.status === 'rejected' || destination.status === 'rejected') {
    const seen = 'Not tried: a task is made between two locations.';
    return [...results, { check: TASK, verdict: 'unknown', seen }];
  }
  const [task] = await Promise.allSettled([
    equipment.task(source.value, destination.value, {}, optionsOf(scene.settings)),
  ]);
  const mode = ground.mode.toLowerCase();
  return [...results, told(TASK, task, `A task can be made in ${taskRegion(ground)}, in ${mode} mode.`)];
}

function told(check: string, tried: PromiseSettledResult<string>, seen: string): CheckResult {
  return tried.status === 'rejected' ? refused(check, tried.reason) : { check, verdict: 'pass', seen };
}

/** @throws what is no answer of DataSync's */
function refused(check: string, error: unknown): CheckResult {
  if (!(error instanceof FatalError)) throw error;
  const { fix } = error;
  return { check, verdict: 'fail', seen: messageOf(error), ...(fix !== undefined && { fix }) };
}

function lookedAt({ source, destination, task }: Found): CheckResult[] {
  const seen = (check: string, arn: string | undefined): CheckResult =>
    arn === undefined
      ? {
          check,
          verdict: 'unknown',
          seen: 'There is none yet; a sync makes it when it has something to copy.',
        }
      : { check, verdict: 'pass', seen: `Found: ${arn}.` };
  return [
    seen(locationCheck('source'), source),
    seen(locationCheck('destination'), destination),
    seen(TASK, task),
  ];
}
