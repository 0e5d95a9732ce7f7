/** The role that jobs work with, as far as policies tell before a job needs it. */
import type { CheckResult } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import type { Ground, Use } from '../../s3control/ground.ts';
import {
  callerStatements,
  decryptingStatement,
  encryptingStatement,
  roleStatement,
  SERVICE,
} from '../../s3control/policies.ts';
import { checkBucketGrant } from '../bucket-grant.ts';
import { keysInUse, needsOfKeys } from '../role-keys.ts';
import type { Need } from '../role-trials.ts';
import type { Check, Scene } from '../scene.ts';
import { checkServiceRole } from '../service-role.ts';

const USES: readonly Use[] = ['source', 'destination', 'work'];
const SIDES: readonly Side[] = ['source', 'destination'];

export const checkJobRole: Check = async scene => {
  const { settings, jobs, replication, network } = scene;
  if (jobs === undefined || settings.mode === 'verify') return [];
  const { ground, work } = jobs;
  const { role } = ground;
  // The one of replication has a check of its own.
  const label = replication === undefined ? ground.roleInput : 'batch-role';
  const [ofRole, ofBuckets] = await Promise.all([
    checkServiceRole({
      label,
      role,
      service: SERVICE,
      identity: work.identity,
      network,
      needs: [...USES.flatMap(use => needOf(use, ground, scene)), ...keysOf(scene)],
      callerStatements: callerStatements(ground),
    }),
    Promise.all(
      SIDES.filter(side => ground[side].actions.length > 0).map(side => grantAt(side, ground, scene)),
    ),
  ]);
  const results = [...ofRole, ...ofBuckets];
  return settings.mode === 'dry-run' ? results.map(one => asPlanned(one, label)) : results;
};

/** Where the role does nothing, it needs nothing. */
function needOf(use: Use, ground: Ground, { source, destination, jobs }: Scene): Need[] {
  const bucket = { source, destination, work: jobs?.work }[use];
  if (bucket === undefined || ground[use].actions.length === 0) return [];
  return [{ statement: roleStatement(use, ground), bucket }];
}

/** Where S3 replicates, it is not this role that does. */
function keysOf(scene: Scene): Need[] {
  return scene.replication === undefined
    ? needsOfKeys(keysInUse(scene, decryptingStatement, encryptingStatement))
    : [];
}

function grantAt(side: Side, ground: Ground, scene: Scene): Promise<CheckResult> {
  return checkBucketGrant({
    check: `${side}-bucket-policy`,
    bucket: scene[side],
    role: ground.role,
    statement: roleStatement(side, ground),
  });
}

/** A role that is meant for dry runs only need not be allowed to make jobs. */
export function asPlanned(result: CheckResult, label: string): CheckResult {
  const ofCaller = result.check === `${label}-caller` || result.check === `${label}-pass-role`;
  return ofCaller && result.verdict === 'fail' ? { ...result, verdict: 'unknown' } : result;
}
