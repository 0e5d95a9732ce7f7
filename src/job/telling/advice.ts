/** What to do about failures of single objects whose cause is known. */

import { decryptStatement, encryptStatement, markStatement, readStatement } from '../../aws/policies.ts';
import { fixForObject } from '../../datasync/trouble.ts';
import { LABEL } from '../../engines/jobs/options.ts';
import { MARKERS_LEFT } from '../../engines/replication/versions.ts';
import type { Fix } from '../../model/checks.ts';
import type { FailureGroup } from '../../model/outcome.ts';
import { restoreFix } from '../../preflight/restorable.ts';
import { keysInUse, withKeys } from '../../preflight/role-keys.ts';
import { grant, type Scene } from '../../preflight/scene.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { CUSTOMER_KEY_ADVICE } from '../../s3/customer-key.ts';
import { type Explanation, explainFailure } from '../../s3/replication/failures.ts';
import { decryptingStatement, encryptingStatement } from '../../s3control/policies.ts';
import { fixFor, grantRole } from '../../s3control/trouble.ts';
import { adviceOnDenied } from './denied.ts';

/** Groups that are looked into; a report shows no more of them in full. */
const LOOKED_INTO = 20;

/** @param isHurried leaves no time to look into anything */
export async function withAdvice(
  failures: readonly FailureGroup[],
  scene: Scene,
  isHurried: boolean,
): Promise<FailureGroup[]> {
  const advised: FailureGroup[] = [];
  for (const [index, failure] of failures.entries()) {
    // One after another: a look at a denial opens an upload, and many of them would be in each other's way.
    const isOurs = failure.denied !== undefined && index < LOOKED_INTO && !isHurried;
    const fix = isOurs ? await adviceOnDenied(failure, scene) : adviceOn(failure, scene);
    advised.push(fix === undefined ? failure : { ...failure, fix });
  }
  return advised;
}

function adviceOn(failure: FailureGroup, scene: Scene): Fix | undefined {
  const { source, destination, datasync, jobs, replication } = scene;
  const { reason, code, message } = failure;
  const words = `${code}: ${message}`;
  // Other messages are about copies sent from here, which another identity signs.
  const ofJob = jobs !== undefined && message.startsWith(LABEL);
  if (code === 'ReplicaUnseen') return seeing(destination);
  if (reason === 'not-replicated' && replication !== undefined) {
    // The one right that the role of the job has at the source.
    if (code === 'InitiateReplicationNotPermitted' && jobs !== undefined)
      return grantRole('source', message, jobs.ground);
    const explained = REPLICATION_ADVICE[code] ?? known(explainFailure(code, replication));
    return explained ?? (ofJob ? fixFor(words, jobs.ground) : undefined);
  }
  if (ofJob && (reason === 'denied' || code.startsWith('KMS.')))
    return withKeys(
      fixFor(words, jobs.ground),
      words,
      jobs.ground.role,
      keysInUse(scene, decryptingStatement, encryptingStatement),
    );
  if (reason === 'restore-denied') return restoreFix(source, message);
  if (reason === 'denied' && datasync !== undefined)
    return withKeys(
      fixForObject(words, datasync.ground),
      words,
      datasync.ground.role,
      keysInUse(scene, decryptStatement, encryptStatement),
    );
  if (reason === 'delete-failed' && code === 'AccessDenied') return deleting(destination, message);
  return reason === 'customer-key' ? { todo: CUSTOMER_KEY_ADVICE } : undefined;
}

function deleting(destination: Bucket, message: string): Fix {
  const { location, identity } = destination;
  return grant(identity, destination, markStatement(location, identity.partition, true), message);
}

function seeing(destination: Bucket): Fix {
  const { location, identity } = destination;
  const needs = { tags: false, lock: false, acl: false, versions: true };
  return grant(identity, destination, readStatement(location, identity.partition, needs), '');
}

/** The cause first: S3 tells no more than a code. */
function known(explanation: Explanation | undefined): Fix | undefined {
  if (explanation === undefined) return undefined;
  const { cause, fix } = explanation;
  return { ...fix, todo: `${cause} ${fix.todo}` };
}

const RUN_SYNC = 'Run `mode: sync` with the same inputs: its job replicates what the destination lacks';

const UNCOVER =
  'Find out who else writes to the destination, and save what was written there if anybody needs it. Then run once with `engine: copy`, which writes the object anew above it. Delete no version by its id: that is for good, and S3 never replicates a version again whose replica was deleted so.';

const WITH_MARKERS =
  'Run once with `engine: copy` and the same `preserve`, which appends the whole history with its delete markers, under version ids of its own. Or leave `versions` out of `preserve`: then the objects are replicated as they are now. `replication-delete-markers: true` has the rule replicate the markers to come.';

/** Advice on states for which S3 gives no reason. */
const REPLICATION_ADVICE: Readonly<Record<string, Fix>> = {
  NotReplicated: { todo: `${RUN_SYNC}, and the rule takes up what comes after.` },
  NotReplicatedUnderKms: {
    todo: 'Set `encryption: aws:kms` and `kms-key`, the key of such replicas, and run `mode: sync` once with the same inputs.',
  },
  ReplicationFailed: { todo: `${RUN_SYNC}, and its report says why where that fails again.` },
  ReplicationLate: {
    todo: `${RUN_SYNC}. If that stays behind too, look at the metrics of the rule in CloudWatch and at the Service Health Dashboard of AWS.`,
  },
  ReplicaMissing: {
    todo: `${RUN_SYNC}. What was deleted there by its version id is not replicated twice: that takes \`engine: copy\`.`,
  },
  ReplicaDiffers: { todo: UNCOVER },
  ReplicaHidden: { todo: UNCOVER },
  [MARKERS_LEFT]: { todo: WITH_MARKERS },
};
