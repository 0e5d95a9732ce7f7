/**
 * The rule of a run: what it asks of S3, how it is recognised, and how an existing one differs from it. (S3 API,
 * ReplicationRule; S3 User Guide, "Replication configuration file elements".)
 */
import { createHash } from 'node:crypto';
import type { Destination, ReplicationRule } from '@aws-sdk/client-s3';
import type { Location } from '../../model/objects.ts';

/** All that the rule depends on. */
export interface Wanted {
  readonly destination: Location;
  readonly partition: string;
  /** 12-digit owner of the destination, where that is another account than the source's. */
  readonly account: string | undefined;
  /**
   * Replicas are to be given to the destination's account because its bucket does not do so by itself. Where it is not
   * known whether the bucket does, a rule is accepted with or without the change of owner.
   */
  readonly ownerOverride: boolean | 'unknown';
  readonly storageClass: string | undefined;
  /** ARN of the key of replicas whose sources are encrypted with one; `undefined` leaves such objects behind. */
  readonly kmsKey: string | undefined;
  readonly deleteMarkers: boolean;
  readonly timeControl: boolean;
  readonly metrics: boolean;
}

/** How the names of rules of this program begin, whatever they are for. */
export const OUR_NAMES = 's3-cross-account-sync-';

/** The same for the same destination and prefix, in every run. */
export function ruleIdOf({ bucket, prefix }: Location): string {
  const told = createHash('sha256').update(`${bucket}\0${prefix}`).digest('hex');
  return `${OUR_NAMES}${told.slice(0, 12)}`;
}

/** The only number of minutes that S3 takes. (S3 API, ReplicationTimeValue.) */
const WITHIN = { Minutes: 15 };

export function ruleFor(wanted: Wanted, priority: number): ReplicationRule {
  return {
    ID: ruleIdOf(wanted.destination),
    Priority: priority,
    Filter: { Prefix: wanted.destination.prefix },
    Status: 'Enabled',
    ...(wanted.kmsKey !== undefined && {
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    }),
    Destination: destinationFor(wanted),
    DeleteMarkerReplication: { Status: wanted.deleteMarkers ? 'Enabled' : 'Disabled' },
  };
}

function destinationFor(wanted: Wanted): Destination {
  const { destination, partition, account, storageClass, kmsKey, timeControl, metrics } = wanted;
  return {
    Bucket: `arn:${partition}:s3:::${destination.bucket}`,
    ...(account !== undefined && { Account: account }),
    ...(wanted.ownerOverride !== false && { AccessControlTranslation: { Owner: 'Destination' } }),
    ...(storageClass !== undefined && { StorageClass: storageClass as Destination['StorageClass'] & string }),
    ...(kmsKey !== undefined && { EncryptionConfiguration: { ReplicaKmsKeyID: kmsKey } }),
    ...(timeControl && { ReplicationTime: { Status: 'Enabled', Time: WITHIN } }),
    ...((timeControl || metrics) && {
      Metrics: { Status: 'Enabled', ...(timeControl && { EventThreshold: WITHIN }) },
    }),
  };
}

/**
 * How a rule differs from the one that is wanted, a phrase each; empty when it does not. A disabled feature and an
 * absent one are the same, and any priority will do.
 */
export function differences(standing: ReplicationRule, wanted: Wanted): string[] {
  return differencesIn(Object.keys(told(standing)), standing, wanted);
}

/** The same, but only differences that make another replica of the same object. */
export function disagreements(rule: ReplicationRule, wanted: Wanted): string[] {
  return differencesIn([STORAGE_CLASS, KEY, MARKERS], rule, wanted);
}

function differencesIn(names: readonly string[], standing: ReplicationRule, wanted: Wanted): string[] {
  const [is, should] = [told(standing), told(ruleFor(wanted, 0))];
  return names.flatMap(name =>
    is[name] === should[name] || (name === OWNER && wanted.ownerOverride === 'unknown')
      ? []
      : [`${name} is ${is[name] ?? 'absent'} instead of ${should[name] ?? 'absent'}`],
  );
}

const OWNER = 'the owner of replicas';
const STORAGE_CLASS = 'the storage class';
const KEY = 'the key of replicas';
const MARKERS = 'replication of delete markers';

/** A rule as flat values, in the words of the console. */
function told(rule: ReplicationRule): Record<string, string | undefined> {
  const { Filter, SourceSelectionCriteria: criteria, Destination: to } = rule;
  const tags = [...(Filter?.Tag ? [Filter.Tag] : []), ...(Filter?.And?.Tags ?? [])];
  return {
    Status: rule.Status,
    'the prefix': JSON.stringify(prefixOf(rule)),
    'the filter by tags': tags.map(({ Key, Value }) => `${Key}=${Value}`).join(', ') || undefined,
    'the destination bucket': to?.Bucket,
    'the destination account': to?.Account,
    [OWNER]: to?.AccessControlTranslation?.Owner,
    [STORAGE_CLASS]: to?.StorageClass,
    'replication of KMS-encrypted objects': enabled(criteria?.SseKmsEncryptedObjects),
    [KEY]: to?.EncryptionConfiguration?.ReplicaKmsKeyID,
    'replica modification sync': enabled(criteria?.ReplicaModifications),
    [MARKERS]: enabled(rule.DeleteMarkerReplication),
    'Replication Time Control': enabled(to?.ReplicationTime),
    Metrics: enabled(to?.Metrics),
  };
}

function enabled(switched: { readonly Status?: string | undefined } | undefined): string | undefined {
  return switched?.Status === 'Enabled' ? 'Enabled' : undefined;
}

/** Which keys the rule is about; '' is all. */
export function prefixOf({ Filter }: ReplicationRule): string {
  return Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
}
