/** Replication takes versioning on both sides. (S3 User Guide, "Requirements and considerations for replication".) */
import { versioningStatement } from '../../aws/policies.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import type { Mode } from '../../model/settings.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { enablingStatement } from '../../s3/replication/policies.ts';
import { enabling } from '../../s3/versioning.ts';
import { type Check, grant, type Scene } from '../scene.ts';

const SIDES = ['source', 'destination'] as const;

export const checkVersioningOfBoth: Check = scene => SIDES.map(side => checkSide(side, scene));

/** The buckets whose versioning is to be enabled by this run. */
export function bucketsToVersion(scene: Pick<Scene, 'settings' | 'facts' | Side>): Bucket[] {
  if (!scene.settings.enableVersioning) return [];
  return SIDES.filter(side => {
    const { versioning } = scene.facts[side];
    return versioning.known && versioning.value !== 'Enabled';
  }).map(side => scene[side]);
}

/** Modes that leave buckets as they are, and cannot mend one. */
const LOOKING: ReadonlySet<Mode> = new Set<Mode>(['verify', 'health']);

function checkSide(side: Side, { settings, facts, [side]: bucket }: Scene): CheckResult {
  const check = `${side}-versioning`;
  const { versioning } = facts[side];
  if (!versioning.known) {
    const seen = `Whether the ${side} keeps versions, as replication takes it, is not known: ${versioning.why}.`;
    const { identity, location } = bucket;
    const statement = settings.enableVersioning
      ? enablingStatement(bucket)
      : versioningStatement(location, identity.partition);
    return { check, verdict: 'fail', seen, fix: grant(identity, bucket, statement, '') };
  }
  if (versioning.value === 'Enabled') return { check, verdict: 'pass', seen: `The ${side} keeps versions.` };
  const state = versioning.value === 'Off' ? 'keeps no versions' : 'has versioning suspended';
  const seen = `The ${side} ${state}, and replication takes versions on both sides`;
  if (settings.enableVersioning && !LOOKING.has(settings.mode)) {
    const will = settings.mode === 'sync' ? 'This run enables it' : 'A sync enables it';
    return {
      check,
      verdict: 'pass',
      seen: `${seen}. ${will}; it can never be turned off again, only suspended.`,
    };
  }
  const todo = `Enable versioning on the ${side}: ${enabling(bucket)}, or run \`mode: sync\` with \`enable-versioning: true\`. It can never be turned off again, only suspended.`;
  return { check, verdict: 'fail', seen: `${seen}.`, fix: { todo } };
}
