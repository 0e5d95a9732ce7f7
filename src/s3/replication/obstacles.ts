/** What stands against putting our rule beside those that are there. (S3 API, PutBucketReplication, ReplicationRule.) */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import type { Fix } from '../../model/checks.ts';
import { differences, disagreements, OUR_NAMES, prefixOf, type Wanted } from './rule.ts';
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
  wanted: Wanted,
): Obstacle | undefined {
  const others = othersIn(configuration, wanted);
  if (configuration === undefined || others.length === 0) return undefined;
  if (configuration.role !== role) {
    const ours = others.some(isOfOurs) ? ` ${OF_OURS}` : '';
    return {
      seen: `The rules that are there (${namesOf(others)}) replicate as ${configuration.role}, and a bucket has one role for all its rules; \`replication-role\` is ${role}.`,
      fix: {
        todo: `Set \`replication-role: ${configuration.role}\` and let that role write to the destination as well, or have whoever owns the other rules replicate as ${role}.${ours}`,
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
  return overruling(configuration, wanted);
}

/** Other runs of this program have put it there. */
export function isOfOurs({ rule }: { readonly rule: ReplicationRule }): boolean {
  return rule.ID?.startsWith(OUR_NAMES) ?? false;
}

const OF_OURS = `Those whose name begins with ${OUR_NAMES} are of runs with another prefix or destination: run each once more with \`replication-rule: remove\` and the role that is there.`;

/** A rule that is not there yet, or as it should be, must not change what somebody else's makes of an object. */
function overruling(configuration: Configuration, wanted: Wanted): Obstacle | undefined {
  const ours = oursIn(configuration, wanted);
  if (ours !== undefined && differences(ours, wanted).length === 0) return undefined;
  const [first, ...more] = rivalsOf(configuration, wanted).below.filter(
    rule => disagreements(rule, wanted).length > 0,
  );
  if (first === undefined) return undefined;
  const names = namesOf([first, ...more].map(rule => ({ rule })));
  return {
    seen: `Our rule would come before rules that are there into the same bucket (${names}), and S3 would no longer go by those for the keys that both take. In the first of them ${disagreements(first, wanted).join('; ')}.`,
    fix: {
      todo: 'Give the same in `storage-class`, `kms-key` and `replication-delete-markers`; narrow `source` and `destination` to a prefix that those rules do not take; have whoever owns them remove or narrow them; or use `engine: copy`.',
    },
  };
}

/** (S3 User Guide, "Replication configuration file elements", `Priority`.) */
const HIGHEST = 2_147_483_647;

/** Ours keeps its own; a new one comes above all others, or as high as there is a number left. */
export function priorityFor(configuration: Configuration | undefined, wanted: Wanted): number {
  const standing = oursIn(configuration, wanted)?.Priority;
  if (standing !== undefined) return standing;
  const taken = new Set(configuration?.rules.map(({ rule }) => rule.Priority ?? 0));
  let priority = Math.min(HIGHEST, Math.max(0, ...taken) + 1);
  while (taken.has(priority)) priority--;
  return priority;
}

/** Before and after ours; for the keys that two rules take, S3 goes by the one with the higher priority. */
export interface Rivals {
  readonly above: readonly ReplicationRule[];
  readonly below: readonly ReplicationRule[];
}

/** Enabled rules of others into the same bucket that take some of the same keys. */
export function rivalsOf(configuration: Configuration | undefined, wanted: Wanted): Rivals {
  const priority = priorityFor(configuration, wanted);
  const arn = `arn:${wanted.partition}:s3:::${wanted.destination.bucket}`;
  const { prefix } = wanted.destination;
  const rivals = othersIn(configuration, wanted)
    .map(({ rule }) => rule)
    .filter(
      rule =>
        rule.Status === 'Enabled' &&
        rule.Destination?.Bucket === arn &&
        (prefixOf(rule).startsWith(prefix) || prefix.startsWith(prefixOf(rule))),
    );
  return {
    above: rivals.filter(rule => (rule.Priority ?? 0) > priority),
    below: rivals.filter(rule => (rule.Priority ?? 0) < priority),
  };
}

const NAMED = 3;

function namesOf(rules: readonly { readonly rule: ReplicationRule }[]): string {
  const names = rules.slice(0, NAMED).map(({ rule }) => JSON.stringify(rule.ID ?? ''));
  return rules.length > NAMED ? `${names.join(', ')} and ${rules.length - NAMED} more` : names.join(', ');
}
