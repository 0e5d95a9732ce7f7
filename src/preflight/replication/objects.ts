/** What the first page of the source shows: whether objects tell of their replication, and which none can take. */
import { readStatement } from '../../aws/policies.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { StoppedError } from '../../errors.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { ObjectEntry } from '../../model/objects.ts';
import { firstPage } from '../../s3/list.ts';
import { standingOf } from '../../s3/replication/status.ts';
import { listCurrentVersions } from '../../s3/versions.ts';
import { ARCHIVE_CLASSES } from '../../sync/decide.ts';
import { type Check, grant, type Scene } from '../scene.ts';

export const checkObjects: Check = async scene => {
  const { source } = scene;
  let page: readonly ObjectEntry[];
  try {
    page = await firstPage(source, listCurrentVersions);
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    // Another check says so.
    return [];
  }
  return [await canAsk(scene, page[0]), ...archived(page)];
};

/** The state of a version is told by HeadObject alone. */
async function canAsk({ source }: Scene, sample: ObjectEntry | undefined): Promise<CheckResult> {
  const check = 'source-replication-status';
  if (sample === undefined)
    return {
      check,
      verdict: 'unknown',
      seen: 'The source shows no object that could be asked how far its replication is.',
    };
  const who = source.identity.arn ?? 'the identity in use';
  try {
    await standingOf(source, sample);
    return {
      check,
      verdict: 'pass',
      seen: `${who} can ask objects of the source how far their replication is.`,
    };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { kind, code, message } = troubleOf(error);
    const seen = `${who} could not ask version ${sample.versionId} of ${JSON.stringify(source.fullKey(sample.key))} how far its replication is (${code}: ${message}).`;
    // All that a HEAD says of an object under a customer's key is 400.
    if (kind !== 'denied') return { check, verdict: 'unknown', seen };
    const needs = { tags: false, lock: false, acl: false, versions: true };
    const statement = readStatement(source.location, source.identity.partition, needs);
    return { check, verdict: 'fail', seen, fix: grant(source.identity, source, statement, message) };
  }
}

function archived(page: readonly ObjectEntry[]): CheckResult[] {
  const { length } = page.filter(({ storageClass }) => ARCHIVE_CLASSES.has(storageClass));
  if (length === 0) return [];
  const seen = `${length} of the first ${page.length} objects are archived (GLACIER, DEEP_ARCHIVE), and replication takes none of those, restored or not.`;
  const todo = 'Restore them and copy them with `engine: copy`, or leave them; the report names each.';
  return [{ check: 'source-storage-classes', verdict: 'warn', seen, fix: { todo } }];
}
