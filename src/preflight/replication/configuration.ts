/**
 * The rule can stand beside those that are there, or, where it must be there already, stands as it should. (S3 API,
 * GetBucketReplication and PutBucketReplication.)
 */
import { troubleOf } from '../../aws/trouble.ts';
import { StoppedError } from '../../errors.ts';
import type { CheckResult } from '../../model.ts';
import type { Ground } from '../../s3/replication/ground.ts';
import { obstacleTo, rivalsOf } from '../../s3/replication/obstacles.ts';
import { callerStatement } from '../../s3/replication/policies.ts';
import { differences, ruleIdOf } from '../../s3/replication/rule.ts';
import { type Configuration, othersIn, oursIn, readConfiguration } from '../../s3/replication/standing.ts';
import { uri } from '../../sync/plan.ts';
import { type Check, grant } from '../scene.ts';

const CONFIGURATION = 'replication-configuration';
const RULE = 'replication-rule';

export const checkConfiguration: Check = async ({ replication, settings }) => {
  if (replication === undefined) return [];
  const { source } = replication;
  let standing: Configuration | undefined;
  try {
    standing = await readConfiguration(source);
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { kind, code, message } = troubleOf(error);
    const who = source.identity.arn ?? 'the identity in use';
    const seen = `${who} could not read the replication configuration of ${source.location.bucket} (${code}: ${message}).`;
    const fix = kind === 'denied' && grant(source.identity, source, callerStatement(replication), message);
    return [{ check: CONFIGURATION, verdict: 'fail', seen, ...(fix && { fix }) }];
  }
  const rule =
    settings.mode === 'health' ? standsAsWanted(standing, replication) : willStand(standing, replication);
  return [canStand(standing, replication), ...rule, ...rivals(standing, replication)];
};

function canStand(standing: Configuration | undefined, { source, role, wanted }: Ground): CheckResult {
  const obstacle = obstacleTo(standing, role, wanted);
  if (obstacle !== undefined) return { check: CONFIGURATION, verdict: 'fail', ...obstacle };
  const { length } = othersIn(standing, wanted);
  const others =
    length === 0 ? 'no rules of others' : length === 1 ? 'one rule of others' : `${length} rules of others`;
  return {
    check: CONFIGURATION,
    verdict: 'pass',
    seen: `${source.location.bucket} has ${others}, which stay as they are.`,
  };
}

function willStand(
  standing: Configuration | undefined,
  { destination, role, wanted }: Ground,
): CheckResult[] {
  const id = ruleIdOf(wanted.destination);
  const ours = oursIn(standing, wanted);
  const what = `${id}, into ${uri(destination.location)} as ${role}`;
  if (ours === undefined) {
    return [{ check: RULE, verdict: 'pass', seen: `There is no rule ${what}, yet; a sync puts it there.` }];
  }
  const found = differencesOf(standing, ours, { role, wanted });
  const seen =
    found.length === 0
      ? `The rule ${what} stands.`
      : `The rule ${what} stands otherwise, and a sync changes it: ${found.join('; ')}.`;
  return [{ check: RULE, verdict: 'pass', seen }];
}

function standsAsWanted(
  standing: Configuration | undefined,
  { source, role, wanted }: Ground,
): CheckResult[] {
  const id = ruleIdOf(wanted.destination);
  const fix = {
    todo: 'Run `mode: sync` with the same inputs, which puts the rule there and replicates what was missed; and find out who changed it.',
  };
  const ours = oursIn(standing, wanted);
  if (ours === undefined) {
    const seen = `The rule ${id} is not in the replication configuration of ${source.location.bucket}: new objects are not replicated by it.`;
    return [{ check: RULE, verdict: 'fail', seen, fix }];
  }
  const found = differencesOf(standing, ours, { role, wanted });
  if (found.length === 0)
    return [
      { check: RULE, verdict: 'pass', seen: `The rule ${id} is enabled, and as these inputs have it.` },
    ];
  const seen = `The rule ${id} is not as these inputs have it: ${found.join('; ')}.`;
  return [{ check: RULE, verdict: 'fail', seen, fix }];
}

function differencesOf(
  standing: Configuration | undefined,
  ours: Parameters<typeof differences>[0],
  { role, wanted }: Pick<Ground, 'role' | 'wanted'>,
): string[] {
  const other = standing !== undefined && standing.role !== role;
  return [
    ...(other ? [`the role is ${standing.role} instead of ${role}`] : []),
    ...differences(ours, wanted),
  ];
}

function rivals(standing: Configuration | undefined, { wanted }: Ground): CheckResult[] {
  const names = rivalsOf(standing, wanted).map(({ ID, Priority }) => `${ID} (priority ${Priority})`);
  if (names.length === 0) return [];
  const seen = `Rules of others into the same bucket come before ${ruleIdOf(wanted.destination)}: ${names.join(', ')}. For the keys that both take, S3 goes by theirs.`;
  const todo =
    'Have their priority lowered or their prefix narrowed, or remove our rule, so that the next sync puts it above them.';
  return [{ check: 'replication-priority', verdict: 'warn', seen, fix: { todo } }];
}
