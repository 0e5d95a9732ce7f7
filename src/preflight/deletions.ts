/**
 * The destination's own identity may delete, with `delete: true`, and put the delete markers of histories, with
 * `preserve: versions`. It asks to delete a key that has no object, and that only if it has one: S3 looks at the
 * permission first, and the condition never holds. (S3 User Guide, "How to perform conditional deletes".)
 */
import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { markStatement } from '../aws/policies.ts';
import { type TroubleKind, troubleOf } from '../aws/trouble.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Mode } from '../model/settings.ts';
import type { Bucket } from '../s3/bucket.ts';
import { uri } from '../sync/plan.ts';
import { PROBE_KEY } from './probe-key.ts';
import type { Check } from './scene.ts';
import { grant } from './scene.ts';

const MARKS = { check: 'destination-markable', does: 'put delete markers' } as const;
const DELETES = { check: 'destination-deletable', does: 'delete' } as const;

export const checkDeletions: Check = async ({ settings, destination }) => {
  const { mode, engine, preserve } = settings;
  // What is replicated comes with versions, and what is deleted there becomes hidden; S3 puts the other markers.
  const marks = engine === 'replication' ? settings.delete : preserve.has('versions');
  if (!(marks || settings.delete) || LOOKING.has(mode)) return [];
  const purpose = marks ? MARKS : DELETES;
  if (mode === 'dry-run') {
    const seen = 'Not tried: a dry run sends nothing that could change anything.';
    return [{ check: purpose.check, verdict: 'unknown', seen }];
  }
  return [await probe(destination, purpose, settings.delete)];
};

const LOOKING: ReadonlySet<Mode> = new Set<Mode>(['verify', 'health']);

/** What a condition that does not hold is answered with. */
const REFUSED: ReadonlySet<TroubleKind> = new Set<TroubleKind>(['absent', 'precondition']);

async function probe(
  destination: Bucket,
  { check, does }: typeof MARKS | typeof DELETES,
  conditional: boolean,
): Promise<CheckResult> {
  const who = destination.identity.arn ?? 'the identity in use';
  // A key that is known beforehand might be that of an object by now, which would be deleted.
  const key = `${randomUUID()}${PROBE_KEY}`;
  const request = new DeleteObjectCommand({ ...destination.naming({ key }), IfMatch: '*' });
  const trouble = await destination.send(request).then(() => undefined, troubleOf);
  if (trouble === undefined || REFUSED.has(trouble.kind)) {
    const seen = `${who} may ${does} below ${uri(destination.location)}.`;
    return { check, verdict: 'pass', seen };
  }
  const { kind, code, message } = trouble;
  const seen = `${who} may not ${does} below ${uri(destination.location)} (${code}: ${message}).`;
  if (kind !== 'denied') return { check, verdict: 'unknown', seen };
  const statement = markStatement(destination.location, destination.identity.partition, conditional);
  const fix = grant(destination.identity, destination, statement, message);
  return { check, verdict: 'fail', seen, fix };
}
