/** The role that S3 replicates with, as far as policies tell before anything fails. */
import { textsOf } from '../../aws/policy-opinion.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Ground } from '../../s3/replication/ground.ts';
import {
  callerStatement,
  decryptingStatement,
  destinationStatement,
  enablingStatement,
  encryptingStatement,
  SERVICE,
  sourceStatement,
} from '../../s3/replication/policies.ts';
import { checkBucketGrant } from '../bucket-grant.ts';
import { asPlanned } from '../jobs/role.ts';
import type { Need } from '../role-trials.ts';
import type { Check, Scene } from '../scene.ts';
import { checkServiceRole } from '../service-role.ts';
import { bucketsToVersion } from './versioning.ts';

const LABEL = 'replication-role';

export const checkReplicationRole: Check = async scene => {
  const { settings, replication, network } = scene;
  if (replication === undefined || settings.mode === 'verify') return [];
  const { source, destination, role } = replication;
  const looking = settings.mode === 'health';
  const [ofRole, ofBucket] = await Promise.all([
    checkServiceRole({
      label: LABEL,
      role,
      service: SERVICE,
      identity: source.identity,
      network,
      needs: needsOf(replication, scene),
      callerStatements: looking ? [] : callersOf(scene, replication),
    }),
    checkBucketGrant({
      check: 'destination-bucket-policy',
      bucket: destination,
      role,
      statement: destinationStatement(replication),
    }),
  ]);
  // Who only looks passes nothing.
  const results = looking ? ofRole.filter(({ check }) => check !== `${LABEL}-pass-role`) : ofRole;
  return settings.mode === 'dry-run' ? planned([...results, ofBucket]) : [...results, ofBucket];
};

function planned(results: readonly CheckResult[]): CheckResult[] {
  return results.map(result => asPlanned(result, LABEL));
}

function callersOf(scene: Scene, ground: Ground) {
  const enables = bucketsToVersion(scene).includes(ground.source);
  return [callerStatement(ground), ...(enables ? [enablingStatement(ground.source)] : [])];
}

function needsOf(ground: Ground, { facts }: Pick<Scene, 'facts'>): Need[] {
  const { source, destination, wanted, sourceKey } = ground;
  const statement = sourceStatement(ground);
  // Without Object Lock nothing of it is asked for, and not everybody may see whether there is any.
  const withoutLocks = sourceStatement({ ...ground, locks: false });
  const { known } = facts.source.objectLock;
  return [
    { statement, must: textsOf((known ? statement : withoutLocks).Action), bucket: source },
    { statement: destinationStatement(ground), bucket: destination },
    ...(wanted.kmsKey === undefined ? [] : [{ statement: encryptingStatement(ground) }]),
    // Under which keys single objects lie, nobody knows.
    ...(wanted.kmsKey === undefined || sourceKey === undefined
      ? []
      : [{ statement: decryptingStatement(ground) }]),
  ];
}
