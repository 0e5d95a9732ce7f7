/**
 * What must hold between inputs that are each right by themselves.
 */
import type { Compare, Settings } from '../model/settings.ts';
import { ENGINE_RULES } from './engine-rules.ts';
import { GRANT_RULES } from './grant-rules.ts';
import type { InputName } from './inputs.ts';
import { overlap } from './location.ts';
import { parseArn } from './names.ts';
import { HEALTH_RULE } from './replication-rules.ts';
import type { Rule } from './rule.ts';
import { SERVICE_INPUT_RULES } from './service-inputs.ts';

/** Comparisons that do not look at what two versions are. */
const HEEDLESS: ReadonlySet<Compare> = new Set<Compare>(['newer', 'missing', 'always']);

/** Not all versions of a key are in, so that its history would have holes. */
const HOLES = 'would leave holes in histories';

/** What `preserve: versions` cannot be combined with: an input, its value where it is of that kind, and what else to do. */
function withoutVersions(
  name: InputName,
  refused: (settings: Settings) => string | undefined,
  why: string,
  accepted: string,
): Rule {
  return {
    about: [name, 'preserve'],
    broken(settings) {
      const value = settings.preserve.has('versions') ? refused(settings) : undefined;
      return value === undefined
        ? undefined
        : `${name}: "${value}" contradicts preserve: versions, because it ${why}. Accepted: with preserve versions, ${accepted}.`;
    },
  };
}

export const RULES: readonly Rule[] = [
  {
    about: ['source', 'destination'],
    broken: ({ source, destination }) =>
      overlap(source.location, destination.location)
        ? 'source, destination: the two overlap in one bucket. ' +
          'Accepted: two buckets, or two prefixes of which neither begins with the other.'
        : undefined,
  },
  {
    about: ['source-role', 'destination-role'],
    broken({ source, destination }) {
      if (source.roleArn === undefined || destination.roleArn === undefined) return undefined;
      const [from, to] = [parseArn(source.roleArn).partition, parseArn(destination.roleArn).partition];
      return from === to
        ? undefined
        : `source-role, destination-role: ${from} and ${to} are different partitions. ` +
            'Accepted: two roles of the same partition; S3 copies nothing from one to another.';
    },
  },
  {
    about: ['copy-as', 'engine'],
    broken: ({ copyAs, engine }) =>
      engine === 'stream' && copyAs === 'source'
        ? 'copy-as: "source" has no meaning with engine "stream", where each side\'s own identity does its part. ' +
          'Accepted: with engine stream, no copy-as.'
        : undefined,
  },
  {
    about: ['kms-key', 'encryption'],
    broken: ({ kmsKey, encryption }) =>
      kmsKey !== undefined && encryption !== 'aws:kms' && encryption !== 'aws:kms:dsse'
        ? `kms-key: a key has no meaning with encryption "${encryption ?? ''}". ` +
          'Accepted: kms-key together with encryption aws:kms or aws:kms:dsse.'
        : undefined,
  },
  {
    about: ['kms-key', 'destination-region'],
    broken({ kmsKey, destination }) {
      if (kmsKey === undefined || destination.region === undefined) return undefined;
      const { region } = parseArn(kmsKey);
      return region === destination.region
        ? undefined
        : `kms-key: the key is in ${region}, destination-region is ${destination.region}. ` +
            "Accepted: a key in the destination bucket's Region.";
    },
  },
  {
    about: ['storage-class', 'preserve'],
    broken: ({ storageClass, preserve }) =>
      storageClass !== undefined && preserve.has('storage-class')
        ? `storage-class: "${storageClass}" contradicts preserve: storage-class. Accepted: one of the two.`
        : undefined,
  },
  {
    about: ['acl', 'preserve'],
    broken: ({ acl, preserve }) =>
      acl !== undefined && preserve.has('acl')
        ? `acl: "${acl}" contradicts preserve: acl. Accepted: one of the two.`
        : undefined,
  },
  {
    about: ['part-size', 'preserve'],
    broken: ({ partSize, preserve }) =>
      partSize !== 'auto' && preserve.has('checksum')
        ? `part-size: ${partSize} bytes contradict preserve: checksum, which takes the parts of the source. Accepted: one of the two.`
        : undefined,
  },
  {
    about: ['compare', 'mode'],
    broken: ({ compare, mode }) =>
      mode === 'verify' && compare === 'always'
        ? 'compare: "always" takes every object as different, so that mode verify could never pass. ' +
          'Accepted: with mode verify, any other comparison.'
        : undefined,
  },
  {
    about: ['compare', 'mode', 'verify'],
    broken: ({ compare, mode, verify }) =>
      mode === 'verify' && compare === 'missing' && (verify === 'checksum' || verify === 'content')
        ? `verify: "${verify}" has nothing to look at in mode verify with compare "missing", which asks for no more ` +
          'than that an object is there. Accepted: any other comparison, or verify listing.'
        : undefined,
  },
  withoutVersions(
    'compare',
    ({ compare }) => (HEEDLESS.has(compare) ? compare : undefined),
    'does not say how far a history has come',
    'compare auto, size or checksum',
  ),
  withoutVersions(
    'archived',
    ({ archived }) => (archived === 'restore' ? archived : undefined),
    'asks back current objects only',
    'archived skip or fail, or archived versions restored before the run',
  ),
  withoutVersions('min-size', ({ filter }) => filter.minSize?.toString(), HOLES, 'no min-size'),
  withoutVersions('max-size', ({ filter }) => filter.maxSize?.toString(), HOLES, 'no max-size'),
  withoutVersions(
    'modified-after',
    ({ filter }) => filter.modifiedAfter?.toISOString(),
    HOLES,
    'no modified-after',
  ),
  withoutVersions(
    'modified-before',
    ({ filter }) => filter.modifiedBefore?.toISOString(),
    HOLES,
    'no modified-before',
  ),
  {
    about: ['min-size', 'max-size'],
    broken: ({ filter: { minSize, maxSize } }) =>
      minSize !== undefined && maxSize !== undefined && minSize > maxSize
        ? `min-size, max-size: ${minSize} bytes is more than ${maxSize} bytes. Accepted: min-size up to max-size.`
        : undefined,
  },
  {
    about: ['modified-after', 'modified-before'],
    broken: ({ filter: { modifiedAfter, modifiedBefore } }) =>
      modifiedAfter !== undefined && modifiedBefore !== undefined && modifiedAfter >= modifiedBefore
        ? `modified-after, modified-before: ${modifiedAfter.toISOString()} is not before ` +
          `${modifiedBefore.toISOString()}. Accepted: modified-after earlier than modified-before.`
        : undefined,
  },
  ...SERVICE_INPUT_RULES,
  ...ENGINE_RULES,
  HEALTH_RULE,
  ...GRANT_RULES,
];
