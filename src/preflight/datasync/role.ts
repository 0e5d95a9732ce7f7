/**
 * The role that DataSync is to work under can be assumed, passed and used, as far as IAM tells: the locations, which are the
 * last word on it, are made after the plan only. A dry run, which needs no role, is warned.
 */
import { decryptStatement, encryptStatement } from '../../aws/policies.ts';
import {
  callerStatement,
  indispensable,
  roleStatement,
  SERVICE,
  sourceArnOf,
  type Use,
} from '../../datasync/policies.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { checkBucketGrant } from '../bucket-grant.ts';
import { asPlanned } from '../jobs/role.ts';
import { keysInUse, needsOfKeys } from '../role-keys.ts';
import type { Need } from '../role-trials.ts';
import type { Check } from '../scene.ts';
import { checkServiceRole } from '../service-role.ts';

export const checkRole: Check = async scene => {
  const { settings, datasync, source, destination, network } = scene;
  if (datasync === undefined || settings.mode === 'verify') return [];
  const { ground, work } = datasync;
  const { role } = ground;
  const tags = settings.preserve.has('tags');
  const need = (use: Use, bucket: Bucket): Need => ({
    statement: roleStatement(use, ground),
    must: indispensable(use, tags),
    bucket,
  });
  const ofRole = checkServiceRole({
    label: 'datasync-role',
    role,
    service: SERVICE,
    sourceArn: sourceArnOf(role),
    // It calls DataSync, and hands the role over.
    identity: source.identity,
    network,
    needs: [
      need('source', source),
      need('destination', destination),
      need('work', work),
      ...needsOfKeys(keysInUse(scene, decryptStatement, encryptStatement)),
    ],
    callerStatements: [callerStatement()],
  });
  const ofBucket = checkBucketGrant({
    check: 'destination-bucket-policy',
    bucket: destination,
    role,
    statement: roleStatement('destination', ground),
    must: indispensable('destination', tags),
  });
  const results = [...(await ofRole), await ofBucket];
  if (settings.mode !== 'dry-run') return results;
  // Whether DataSync could be chosen is what a dry run is asked, too.
  return results.map(result =>
    settings.engine === 'auto' ? asPlanned(result, 'datasync-role') : asWarning(result),
  );
};

function asWarning(result: CheckResult): CheckResult {
  return result.verdict === 'fail' ? { ...result, verdict: 'warn' } : result;
}
