/**
 * What must hold of the other inputs where S3 Replication does the copying: a rule knows prefixes and tags, keeps every key
 * as it is, and carries objects whole. (S3 User Guide, "What does Amazon S3 replicate?".)
 */
import type { Mode, Settings } from '../model/settings.ts';
import type { InputName } from './inputs.ts';
import { formatLocation } from './location.ts';
import type { Rule } from './rule.ts';
import {
  keepsAlways,
  keepsOnly,
  needs,
  sameAccount,
  withEngine,
  withoutCounterpart,
  worksUnder,
} from './service-rules.ts';

const ENGINE = 'replication';

/** Modes that start no job. */
const LOOKING: ReadonlySet<Mode> = new Set<Mode>(['verify', 'health']);

/** The filters that a rule cannot have. */
function withoutFilter(name: InputName, chosen: (filter: Settings['filter']) => unknown): Rule {
  return withEngine(ENGINE, [name], ({ filter }) => {
    const value = chosen(filter);
    return value === undefined || (Array.isArray(value) && value.length === 0)
      ? undefined
      : `${name}: a replication rule takes whole prefixes, and new objects would not be filtered. ` +
          `Accepted: no ${name} with engine replication; a narrower prefix in source and destination; or engine copy.`;
  });
}

export const REPLICATION_RULES: readonly Rule[] = [
  needs(
    ENGINE,
    'work-location',
    ({ workLocation, mode }) => workLocation !== undefined || LOOKING.has(mode),
    'for manifests and reports of what exists already',
    's3://bucket/folder, a bucket of the source account in the Region of the source',
  ),
  ...worksUnder(ENGINE, 'replication-role', ({ replication }) => replication.roleArn, 'source', 'S3'),
  sameAccount(ENGINE, 'batch-role', ({ batch }) => batch.roleArn, 'source'),
  withEngine(ENGINE, ['source', 'destination'], ({ source, destination }) =>
    source.location.prefix === destination.location.prefix
      ? undefined
      : `source, destination: replication keeps every key as it is, and ${formatLocation(source.location)} and ` +
        `${formatLocation(destination.location)} have different prefixes. Accepted: the same prefix on both sides, or engine copy, stream or datasync.`,
  ),
  withoutFilter('include', ({ include }) => include),
  withoutFilter('exclude', ({ exclude }) => exclude),
  withoutFilter('min-size', ({ minSize }) => minSize),
  withoutFilter('max-size', ({ maxSize }) => maxSize),
  withoutFilter('modified-after', ({ modifiedAfter }) => modifiedAfter),
  withoutFilter('modified-before', ({ modifiedBefore }) => modifiedBefore),
  keepsOnly(ENGINE, ['metadata', 'tags', 'storage-class', 'object-lock', 'website-redirect', 'versions']),
  keepsAlways(ENGINE, ['metadata', 'tags']),
  withEngine(ENGINE, ['compare'], ({ compare }) =>
    compare === 'missing'
      ? 'compare: "missing" never overwrites, and a replication rule does. Accepted: any other comparison, or engine copy or stream.'
      : undefined,
  ),
  withEngine(ENGINE, ['archived'], ({ archived }) =>
    archived === 'restore'
      ? 'archived: "restore" brings nothing back that replication could take: it leaves out archived objects, restored or not. ' +
        'Accepted: skip or fail, or engine copy or stream.'
      : undefined,
  ),
  withEngine(ENGINE, ['copy-as'], ({ copyAs }) =>
    copyAs === 'source'
      ? 'copy-as: "source" has no meaning with engine "replication", where nothing is copied from here. Accepted: with engine replication, no copy-as.'
      : undefined,
  ),
  withEngine(ENGINE, ['replication-rule', 'wait'], ({ replication, wait }) =>
    replication.rule === 'remove' && !wait
      ? 'replication-rule: "remove" waits for everything to arrive, and with wait: false nobody does. Accepted: one of the two.'
      : undefined,
  ),
  withEngine(ENGINE, ['encryption', 'kms-key'], ({ encryption, kmsKey }) =>
    encryption === undefined || (encryption === 'aws:kms' && kmsKey !== undefined)
      ? undefined
      : `encryption: "${encryption}" cannot be kept by engine "replication", which encrypts a replica as its source is. ` +
        'Accepted: no value; or aws:kms together with kms-key, the key of replicas whose source is encrypted with one; or engine copy or stream.',
  ),
  withoutCounterpart(ENGINE, 'acl', ({ acl }) => acl, 'no value; the destination account owns the replicas'),
];

/** The one mode that speaks of replication alone. */
export const HEALTH_RULE: Rule = {
  about: ['engine', 'mode'],
  broken: ({ engine, mode }) =>
    mode === 'health' && engine !== ENGINE
      ? `mode: "health" looks after replication and has no meaning with engine "${engine}". Accepted: together with engine replication.`
      : undefined,
};
