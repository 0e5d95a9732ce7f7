/** Replication configurations, version 2: read from XML and written back. Source: API model, ReplicationConfiguration. */
import { STORAGE_CLASSES } from '../archive.ts';
import { malformedXml, notImplemented } from '../errors.ts';
import type { Tags } from '../tags.ts';
import { document, element, text, type Xml } from '../xml.ts';

export type Status = 'Enabled' | 'Disabled';

export interface ReplicationRule {
  readonly id: string;
  readonly priority: number | undefined;
  readonly status: Status;
  readonly filter: { readonly prefix: string | undefined; readonly tags: Tags; readonly and: boolean };
  readonly deleteMarkers: Status | undefined;
  /** `undefined` without SourceSelectionCriteria. */
  readonly kmsObjects: Status | undefined;
  readonly replicaModifications: Status | undefined;
  readonly destination: Destination;
}

export interface Destination {
  readonly arn: string;
  readonly account: string | undefined;
  readonly storageClass: string | undefined;
  readonly ownerOverride: boolean;
  readonly replicaKeyArn: string | undefined;
  readonly time: { readonly status: Status; readonly minutes: number | undefined } | undefined;
  readonly metrics: { readonly status: Status; readonly minutes: number | undefined } | undefined;
}

export interface ReplicationConfiguration {
  readonly role: string;
  readonly rules: readonly ReplicationRule[];
}

/** Throws MalformedXML for what the schema does not allow; `id` names the rules that have no name. */
export function readConfiguration(given: Xml, id: () => string): ReplicationConfiguration {
  const rules = given.all('Rule').map(rule => ruleOf(rule, id));
  const role = given.text('Role');
  if (!role || rules.length === 0 || rules.length > 1000) throw malformedXml();
  return { role, rules };
}

function ruleOf(rule: Xml, id: () => string): ReplicationRule {
  const filter = rule.child('Filter');
  if (!filter) throw notImplemented('replication configurations of version 1');
  const criteria = rule.child('SourceSelectionCriteria');
  const destination = rule.child('Destination');
  const priority = rule.text('Priority');
  const name = rule.text('ID') || id();
  if (!destination || name.length > 255) throw malformedXml();
  return {
    id: name,
    priority: priority === undefined ? undefined : whole(priority),
    status: statusOf(rule) ?? fail(),
    filter: filterOf(filter),
    deleteMarkers: statusOf(rule.child('DeleteMarkerReplication')),
    kmsObjects: statusOf(criteria?.child('SseKmsEncryptedObjects')),
    replicaModifications: statusOf(criteria?.child('ReplicaModifications')),
    destination: destinationOf(destination),
  };
}

function filterOf(filter: Xml): ReplicationRule['filter'] {
  const given = ['Prefix', 'Tag', 'And'].flatMap(name => filter.all(name));
  if (given.length > 1) throw malformedXml();
  const and = filter.child('And');
  const within = and ?? filter;
  const tags = within
    .all('Tag')
    .map(tag => [tag.text('Key') || fail(), tag.text('Value') ?? fail()] as const);
  return { prefix: within.text('Prefix'), tags: new Map(tags), and: and !== undefined };
}

function destinationOf(destination: Xml): Destination {
  const arn = destination.text('Bucket') ?? '';
  const storageClass = destination.text('StorageClass');
  const owner = destination.child('AccessControlTranslation')?.text('Owner');
  if (!/^arn:aws:s3:::[^/]+$/.test(arn)) throw malformedXml();
  if (storageClass !== undefined && !STORAGE_CLASSES.includes(storageClass)) throw malformedXml();
  if (owner !== undefined && owner !== 'Destination') throw malformedXml();
  return {
    arn,
    storageClass,
    account: destination.text('Account'),
    ownerOverride: owner === 'Destination',
    replicaKeyArn: destination.child('EncryptionConfiguration')?.text('ReplicaKmsKeyID'),
    time: timed(destination.child('ReplicationTime'), 'Time'),
    metrics: timed(destination.child('Metrics'), 'EventThreshold'),
  };
}

function timed(given: Xml | undefined, name: string): Destination['time'] {
  if (!given) return undefined;
  const minutes = given.child(name)?.text('Minutes');
  return { status: statusOf(given) ?? fail(), minutes: minutes === undefined ? undefined : whole(minutes) };
}

function statusOf(given: Xml | undefined): Status | undefined {
  const status = given?.text('Status');
  return status === undefined || status === 'Enabled' || status === 'Disabled' ? status : fail();
}

const whole = (number: string): number => (/^\d+$/.test(number) ? Number(number) : fail());

function fail(): never {
  throw malformedXml();
}

export const configurationXml = ({ role, rules }: ReplicationConfiguration): string =>
  document('ReplicationConfiguration', text('Role', role), ...rules.map(ruleXml));

function ruleXml(rule: ReplicationRule): string {
  const { filter, kmsObjects, replicaModifications } = rule;
  const conditions = [
    text('Prefix', filter.prefix),
    ...[...filter.tags].map(([key, value]) => element('Tag', text('Key', key), text('Value', value))),
  ];
  const criteria =
    statusXml('SseKmsEncryptedObjects', kmsObjects) + statusXml('ReplicaModifications', replicaModifications);
  return element(
    'Rule',
    text('ID', rule.id),
    text('Priority', rule.priority),
    element('Filter', ...(filter.and ? [element('And', ...conditions)] : conditions)),
    text('Status', rule.status),
    criteria && element('SourceSelectionCriteria', criteria),
    destinationXml(rule.destination),
    statusXml('DeleteMarkerReplication', rule.deleteMarkers),
  );
}

function destinationXml(destination: Destination): string {
  const { arn, account, storageClass, ownerOverride, replicaKeyArn, time, metrics } = destination;
  return element(
    'Destination',
    text('Bucket', arn),
    text('Account', account),
    text('StorageClass', storageClass),
    ownerOverride ? element('AccessControlTranslation', text('Owner', 'Destination')) : '',
    replicaKeyArn === undefined
      ? ''
      : element('EncryptionConfiguration', text('ReplicaKmsKeyID', replicaKeyArn)),
    timedXml('ReplicationTime', 'Time', time),
    timedXml('Metrics', 'EventThreshold', metrics),
  );
}

const statusXml = (name: string, status: Status | undefined): string =>
  status === undefined ? '' : element(name, text('Status', status));

const timedXml = (name: string, within: string, given: Destination['time']): string =>
  given === undefined
    ? ''
    : element(
        name,
        text('Status', given.status),
        given.minutes === undefined ? '' : element(within, text('Minutes', given.minutes)),
      );
