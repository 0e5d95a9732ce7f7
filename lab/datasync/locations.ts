/** Locations: a bucket, a folder in it, and the role to go there with. */
import type {
  CreateLocationS3Request,
  DeleteLocationRequest,
  DescribeLocationS3Request,
  ListLocationsRequest,
  UpdateLocationS3Request,
} from '@aws-sdk/client-datasync';
import { bucketOf, folder, testLocation } from './access-test.ts';
import { pageOf, passes, seconds } from './answers.ts';
import { invalidRequest } from './errors.ts';
import { demand, demandPassRole, demandTagging } from './permissions.ts';
import { locationOf, newId } from './resources.ts';
import { tagsOf } from './tags.ts';
import type { Call, Location } from './world.ts';

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateLocationS3.html */
export async function createLocationS3(call: Call, request: CreateLocationS3Request) {
  const { home, world } = call;
  const tags = tagsOf(request.Tags);
  await demand(call, 'CreateLocationS3', undefined, tags);
  const location: Location = {
    arn: `arn:aws:datasync:${home.region}:${home.account}:location/${newId('loc')}`,
    account: home.account,
    region: home.region,
    bucket: bucketOf(request.S3BucketArn ?? ''),
    created: world.now(),
    prefix: prefixOf(request.Subdirectory),
    storageClass: request.S3StorageClass ?? 'STANDARD',
    roleArn: request.S3Config?.BucketAccessRoleArn ?? '',
    tags,
  };
  await demandTagging(call, location);
  await assertUsable(call, location);
  home.locations.set(location.arn, location);
  return { LocationArn: location.arn };
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateLocationS3.html */
export async function updateLocationS3(call: Call, request: UpdateLocationS3Request) {
  const location = locationOf(call, request.LocationArn);
  await demand(call, 'UpdateLocationS3', location);
  const change = {
    prefix: request.Subdirectory === undefined ? location.prefix : prefixOf(request.Subdirectory),
    storageClass: request.S3StorageClass ?? location.storageClass,
    roleArn: request.S3Config?.BucketAccessRoleArn ?? location.roleArn,
  };
  await assertUsable(call, { ...location, ...change });
  Object.assign(location, change);
  return {};
}

async function assertUsable(call: Call, location: Location): Promise<void> {
  if (location.storageClass === 'OUTPOSTS') {
    throw invalidRequest('Invalid parameter: S3StorageClass OUTPOSTS is for buckets on Outposts.');
  }
  await demandPassRole(call, location.roleArn);
  await testLocation(call.world, location);
}

/** Source: DataSync API model, CreateLocationS3Request.Subdirectory. */
function prefixOf(subdirectory = ''): string {
  if (!/\/(\/|\.\.?(\/|$))/.test(subdirectory)) return folder(subdirectory);
  throw invalidRequest(`Invalid parameter: Subdirectory ${subdirectory} must not include //, /./ or /../`);
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeLocationS3.html */
export async function describeLocationS3(call: Call, { LocationArn }: DescribeLocationS3Request) {
  const location = locationOf(call, LocationArn);
  await demand(call, 'DescribeLocationS3', location);
  return {
    LocationArn,
    LocationUri: uriOf(location),
    S3StorageClass: location.storageClass,
    S3Config: { BucketAccessRoleArn: location.roleArn },
    CreationTime: seconds(location.created),
  };
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_ListLocations.html */
export async function listLocations(call: Call, request: ListLocationsRequest) {
  await demand(call, 'ListLocations');
  const attributes = (location: Location): Readonly<Record<string, string>> => ({
    LocationUri: uriOf(location),
    LocationType: 'S3',
    CreationTime: location.created.toISOString(),
  });
  const found = [...call.home.locations.values()].filter(
    location =>
      request.Filters?.every(filter => passes(filter, [attributes(location)[filter.Name ?? ''] ?? ''])) ??
      true,
  );
  return pageOf('Locations', request, found, location => ({
    LocationArn: location.arn,
    LocationUri: uriOf(location),
  }));
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_DeleteLocation.html */
export async function deleteLocation(call: Call, { LocationArn }: DeleteLocationRequest) {
  const location = locationOf(call, LocationArn);
  await demand(call, 'DeleteLocation', location);
  const user = call.world.tasks().find(task => task.source === location || task.destination === location);
  if (user) throw invalidRequest(`Invalid parameter: Location ${location.arn} is in use by ${user.arn}.`);
  call.home.locations.delete(location.arn);
  return {};
}

const uriOf = ({ bucket, prefix }: Location): string => `s3://${bucket}/${prefix}`;
