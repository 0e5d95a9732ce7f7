/**
 * The rule can stand beside those that are there, or, where it must be there already, stands as it should. (S3 API,
 * GetBucketReplication and PutBucketReplication.)
 */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { troubleOf } from '../../aws/trouble.ts';
import { StoppedError } from '../../errors.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Ground } from '../../s3/replication/ground.ts';
import { isOfOurs, obstacleTo, rivalsOf } from '../../s3/replication/obstacles.ts';
import { callerStatement } from '../../s3/replication/policies.ts';
import { differences, disagreements, ruleIdOf } from '../../s3/replication/rule.ts';
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
  const all = othersIn(standing, wanted);
  const { length } = all;
  const others =
    length === 0 ? 'no rules of others' : length === 1 ? 'one rule of others' : `${length} rules of others`;
  const ours = all.filter(isOfOurs).map(({ rule }) => rule.ID);
  const left =
    ours.length === 0
      ? ''
      : ` Runs with another prefix or destination have put there ${ours.join(', ')}; a sync with those inputs and \`replication-rule: remove\` takes one away that nobody needs any more.`;
  return {
    check: CONFIGURATION,
    verdict: 'pass',
    seen: `${source.location.bucket} has ${others}, which stay as they are.${left}`,
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
  const check = 'replication-priority';
  const { above, below } = rivalsOf(standing, wanted);
  const id = ruleIdOf(wanted.destination);
  const results: CheckResult[] = [];
  if (above.length > 0) {
    const seen = `Rules of others into the same bucket come before ${id}: ${namesOf(above)}. For the keys that both take, S3 goes by theirs.`;
    const todo =
      'Have their priority lowered or their prefix narrowed, or remove our rule, so that the next sync puts it above them.';
    results.push({ check, verdict: 'warn', seen, fix: { todo } });
  }
  if (below.length > 0) {
    const seen = `Rules of others into the same bucket come after ${id}: ${namesOf(below)}. For the keys that both take, S3 goes by ours.`;
    const differing = below.flatMap(rule => disagreements(rule, wanted).map(one => `${rule.ID}: ${one}`));
    if (differing.length === 0)
      results.push({ check, verdict: 'pass', seen: `${seen} The replicas are the same.` });
    else {
      const todo = 'Have their prefix narrowed, or give the same in the inputs.';
      results.push({
        check,
        verdict: 'warn',
        seen: `${seen} They differ (${differing.join('; ')}).`,
        fix: { todo },
      });
    }
  }
  return results;
}

function namesOf(rules: readonly ReplicationRule[]): string {
  return rules.map(({ ID, Priority }) => `${ID} (priority ${Priority})`).join(', ');
}
