/** Reading, replacing and removing the replication configuration of a bucket. */
import type { LabResponse } from '../../kinds.ts';
import { demandOnBucket } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import { accessDenied, invalidArgument, invalidRequest, malformedXml, S3Error } from '../errors.ts';
import type { BucketCall } from '../world.ts';
import { parse } from '../xml.ts';
import {
  configurationXml,
  type ReplicationConfiguration,
  type ReplicationRule,
  readConfiguration,
} from './configuration.ts';

/** Source: API Reference, GetBucketReplication. */
export async function getBucketReplication(call: BucketCall): Promise<LabResponse> {
  const { bucket } = call;
  await demandOnBucket(call, bucket, 's3:GetReplicationConfiguration');
  if (bucket.replication) return { status: 200, body: configurationXml(bucket.replication) };
  throw new S3Error(
    404,
    'ReplicationConfigurationNotFoundError',
    'The replication configuration was not found',
    { BucketName: bucket.name },
  );
}

/** Replaces the whole configuration. Source: API Reference, PutBucketReplication. */
export async function putBucketReplication(call: BucketCall): Promise<LabResponse> {
  const { bucket, request, world } = call;
  await demandOnBucket(call, bucket, 's3:PutReplicationConfiguration');
  const given = parse(request.body, 'ReplicationConfiguration');
  if (!given) throw malformedXml();
  const configuration = readConfiguration(given, world.id);
  if (bucket.versioning !== 'Enabled')
    throw invalidRequest("Versioning must be 'Enabled' on the bucket to apply a replication configuration");
  assertDistinct(configuration);
  for (const rule of configuration.rules) {
    assertRule(rule);
    assertDestination(rule, bucket, call);
  }
  await demandPassRole(call, configuration.role);
  bucket.replication = configuration;
  return { status: 200 };
}

/** Source: API Reference, DeleteBucketReplication. */
export async function deleteBucketReplication(call: BucketCall): Promise<LabResponse> {
  await demandOnBucket(call, call.bucket, 's3:PutReplicationConfiguration');
  call.bucket.replication = undefined;
  return { status: 204 };
}

/** Source: API model, ReplicationRule.ID and Priority. */
function assertDistinct({ rules }: ReplicationConfiguration): void {
  const twice = (values: readonly unknown[]): boolean => new Set(values).size < values.length;
  if (twice(rules.map(({ id }) => id))) throw invalidArgument('Rule Id must be unique', 'ID', '');
  if (twice(rules.map(({ priority }) => priority)))
    throw invalidRequest('Priority must be unique between rules');
}

/** Source: API model, ReplicationRule, Destination, ReplicationTime and ReplicationRuleFilter. */
function assertRule({ priority, filter, deleteMarkers, kmsObjects, destination }: ReplicationRule): void {
  const { replicaKeyArn, time, metrics, ownerOverride, account } = destination;
  if (priority === undefined)
    throw invalidRequest(
      'Priority must be specified for this version of the replication configuration schema',
    );
  if (deleteMarkers === undefined)
    throw invalidRequest(
      'DeleteMarkerReplication must be specified for this version of the replication configuration schema',
    );
  if (deleteMarkers === 'Enabled' && filter.tags.size > 0)
    throw invalidRequest('Delete marker replication is not supported if any Tag filter is specified');
  if ((kmsObjects === 'Enabled') !== (replicaKeyArn !== undefined))
    throw invalidRequest('SseKmsEncryptedObjects and EncryptionConfiguration must be specified together');
  if (time && !metrics) throw invalidRequest('ReplicationTime must be specified together with Metrics');
  if (time && time.minutes !== 15) throw invalidArgument('Minutes must be 15', 'Minutes', `${time.minutes}`);
  if (metrics?.minutes !== undefined && metrics.minutes !== 15)
    throw invalidArgument('Minutes must be 15', 'Minutes', `${metrics.minutes}`);
  if (ownerOverride && account === undefined)
    throw invalidRequest('Account must be specified to change the owner of replicas');
}

/** Source: User Guide, replication-requirements and replication-change-owner. */
function assertDestination({ destination }: ReplicationRule, source: Bucket, { world }: BucketCall): void {
  if (destination.arn === source.arn)
    throw invalidRequest('Destination bucket cannot be the same as the source bucket');
  const bucket = world.buckets.get(destination.arn.slice('arn:aws:s3:::'.length));
  if (!bucket) throw invalidRequest('Destination bucket must exist.');
  if (bucket.versioning !== 'Enabled')
    throw invalidRequest('Destination bucket must have versioning enabled.');
  if (destination.ownerOverride && destination.account === source.account)
    throw invalidRequest('The owner of replicas can be changed to another account only');
}

/** Source: User Guide, setting-repl-config-perm-overview. */
async function demandPassRole({ world, request }: BucketCall, role: string): Promise<void> {
  const account = /^arn:aws:iam::(\d{12}):role\/.+$/.exec(role)?.[1];
  if (account === undefined) throw invalidArgument('Invalid Role ARN', 'Role', role);
  const verdict = await world.authorize({
    caller: request.caller,
    action: 'iam:PassRole',
    resource: role,
    resourceAccount: account,
    context: { 'iam:PassedToService': 's3.amazonaws.com' },
  });
  if (!verdict.allowed) throw accessDenied(verdict.why);
}
