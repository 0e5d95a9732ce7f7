/** What stands against putting our rule beside those that are there. (S3 API, PutBucketReplication, ReplicationRule.) */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import type { Fix } from '../../model.ts';
import { prefixOf, type Wanted } from './rule.ts';
import { type Configuration, othersIn, oursIn } from './standing.ts';

export interface Obstacle {
  readonly seen: string;
  readonly fix: Fix;
}

/** (S3 API, ReplicationConfiguration, "Rules".) */
const MOST_RULES = 1000;

/** @returns `undefined` when the rule can be put there under the role */
export function obstacleTo(
  configuration: Configuration | undefined,
  role: string,
  wanted: Pick<Wanted, 'destination'>,
): Obstacle | undefined {
  const others = othersIn(configuration, wanted);
  if (configuration === undefined || others.length === 0) return undefined;
  if (configuration.role !== role) {
    return {
      seen: `The rules that are there (${namesOf(others)}) replicate as ${configuration.role}, and a bucket has one role for all its rules; \`replication-role\` is ${role}.`,
      fix: {
        todo: `Set \`replication-role: ${configuration.role}\` and let that role write to the destination as well, or have whoever owns the other rules replicate as ${role}.`,
      },
    };
  }
  const old = others.filter(({ rule }) => rule.Filter === undefined);
  if (old.length > 0) {
    return {
      seen: `The rules that are there (${namesOf(old)}) are written in the first version of the schema, which S3 does not take beside the present one.`,
      fix: {
        todo: 'Have whoever owns them save them anew with a `Filter`, a `Priority` and `DeleteMarkerReplication` instead of `Prefix` alone; the console does so when a rule is edited.',
      },
    };
  }
  if (others.length >= MOST_RULES && oursIn(configuration, wanted) === undefined) {
    return {
      seen: `There are ${others.length} rules already, and S3 takes ${MOST_RULES} in a bucket.`,
      fix: { todo: 'Remove a rule that nobody needs any more, or use `engine: copy`.' },
    };
  }
  return undefined;
}

/** Enabled rules of others into the same bucket that take some of the same keys before ours does. */
export function rivalsOf(configuration: Configuration | undefined, wanted: Wanted): ReplicationRule[] {
  const priority = oursIn(configuration, wanted)?.Priority;
  // A new one is put above all others.
  if (priority === undefined) return [];
  const arn = `arn:${wanted.partition}:s3:::${wanted.destination.bucket}`;
  const { prefix } = wanted.destination;
  return othersIn(configuration, wanted)
    .map(({ rule }) => rule)
    .filter(
      rule =>
        rule.Status === 'Enabled' &&
        rule.Destination?.Bucket === arn &&
        (rule.Priority ?? 0) > priority &&
        (prefixOf(rule).startsWith(prefix) || prefix.startsWith(prefixOf(rule))),
    );
}

const NAMED = 3;

function namesOf(rules: readonly { readonly rule: ReplicationRule }[]): string {
  const names = rules.slice(0, NAMED).map(({ rule }) => JSON.stringify(rule.ID ?? ''));
  return rules.length > NAMED ? `${names.join(', ')} and ${rules.length - NAMED} more` : names.join(', ');
}
