/**
 * Whether the buckets keep versions: what is overwritten or deleted at the destination can then be had back, and
 * histories can be carried.
 */
import { versioningStatement } from '../aws/policies.ts';
import type { CheckResult, Fix, Verdict } from '../model/checks.ts';
import { enabling } from '../s3/versioning.ts';
import type { Check, Scene } from './scene.ts';
import { grant } from './scene.ts';

export const checkVersioning: Check = scene =>
  scene.settings.preserve.has('versions')
    ? [sourceHistory(scene), destinationHistory(scene)]
    : [safetyNet(scene)];

function safetyNet({ settings, facts }: Scene): CheckResult {
  const { versioning } = facts.destination;
  if (!versioning.known) return atDestination('unknown', `Versioning of the destination: ${versioning.why}.`);
  if (versioning.value === 'Enabled') {
    return atDestination(
      'pass',
      'The destination keeps versions: what is overwritten or deleted can be had back.',
    );
  }
  const state = versioning.value === 'Off' ? 'keeps no versions' : 'has versioning suspended';
  const seen = `The destination ${state}: what is overwritten or deleted is gone.`;
  if (!settings.delete) return atDestination('pass', seen);
  return atDestination('warn', seen, {
    todo: 'With `delete: true`, enable versioning on the destination bucket.',
  });
}

/** A suspended bucket still has a history. Its `null` version is a version like another, as long as nobody replaces it. */
function sourceHistory({ facts, source }: Scene): CheckResult {
  const { versioning } = facts.source;
  const check = 'source-versioning';
  if (!versioning.known)
    return { check, verdict: 'unknown', seen: `Versioning of the source: ${versioning.why}.` };
  if (versioning.value === 'Off') {
    const seen = 'The source has never kept versions: there are no histories to carry.';
    const todo = `Leave \`versions\` out of \`preserve\`, or enable versioning on the source: ${enabling(source)}.`;
    return { check, verdict: 'fail', seen, fix: { todo } };
  }
  const seen =
    versioning.value === 'Enabled'
      ? 'The source keeps versions.'
      : 'The source has versioning suspended: what it has kept is carried, with its `null` versions.';
  return { check, verdict: 'pass', seen };
}

/** Without versions each copy would replace the one before it, and a delete marker would be a deletion. */
function destinationHistory({ facts, destination }: Scene): CheckResult {
  const { versioning } = facts.destination;
  if (!versioning.known) {
    const seen = `Whether the destination keeps versions must be known with \`preserve: versions\`, and ${versioning.why}.`;
    const statement = versioningStatement(destination.location, destination.identity.partition);
    return atDestination('fail', seen, grant(destination.identity, destination, statement, ''));
  }
  if (versioning.value === 'Enabled')
    return atDestination('pass', 'The destination keeps versions, so that histories can be carried.');
  const state = versioning.value === 'Off' ? 'keeps no versions' : 'has versioning suspended';
  const seen = `The destination ${state}: each version would replace the one before it.`;
  return atDestination('fail', seen, {
    todo: `Enable versioning on the destination: ${enabling(destination)}.`,
  });
}

function atDestination(verdict: Verdict, seen: string, fix?: Fix): CheckResult {
  return { check: 'destination-versioning', verdict, seen, ...(fix !== undefined && { fix }) };
}
