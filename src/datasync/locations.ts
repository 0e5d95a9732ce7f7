/** Locations: a folder of a bucket, and the role to go there with. */
import {
  CreateLocationS3Command,
  DescribeLocationS3Command,
  ListLocationsCommand,
  type LocationFilter,
  type LocationListEntry,
  type S3StorageClass,
  type TagListEntry,
} from '@aws-sdk/client-datasync';
import { bucketArnOf, type Ground, type Place } from './ground.ts';
import type { Ask, DataSyncService } from './service.ts';

export interface LocationWish extends Place {
  readonly role: string;
  readonly bucketArn: string;
  /** `undefined` where it does not matter: at the source. */
  readonly storageClass: S3StorageClass | undefined;
}

export function locationWish(side: 'source' | 'destination', ground: Ground): LocationWish {
  return {
    ...ground[side],
    role: ground.role,
    bucketArn: bucketArnOf(ground[side], ground),
    storageClass: side === 'destination' ? ground.storageClass : undefined,
  };
}

/** ARNs of the locations that are what is wished for. */
export async function findLocations(ask: Ask, wish: LocationWish): Promise<string[]> {
  const found: string[] = [];
  for await (const { LocationArn, LocationUri } of locationsIn(ask, wish)) {
    if (LocationArn === undefined || !isSameFolder(LocationUri, wish)) continue;
    const { S3Config, S3StorageClass } = await ask(
      wish.region,
      new DescribeLocationS3Command({ LocationArn }),
    );
    const fits = wish.storageClass === undefined || S3StorageClass === wish.storageClass;
    if (fits && S3Config?.BucketAccessRoleArn === wish.role) found.push(LocationArn);
  }
  return found;
}

/** A filter takes fewer characters than a folder may have, so that it names the bucket only. */
async function* locationsIn(ask: Ask, { region, bucket }: Place): AsyncGenerator<LocationListEntry> {
  const Filters: LocationFilter[] = [
    { Name: 'LocationUri', Operator: 'BeginsWith', Values: [`s3://${bucket}/`] },
  ];
  let NextToken: string | undefined;
  do {
    const page = await ask(region, new ListLocationsCommand({ Filters, ...(NextToken && { NextToken }) }));
    yield* page.Locations ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
}

function isSameFolder(uri: string | undefined, { bucket, folder }: Place): boolean {
  return uri?.replace(/\/$/, '') === `s3://${bucket}/${folder}`.replace(/\/$/, '');
}

/** DataSync tries the role on the bucket before it answers. */
export function createLocation(
  service: DataSyncService,
  wish: LocationWish,
  tags: TagListEntry[],
): Promise<string> {
  const find = (once: Ask) => findLocations(once, wish);
  return service.makeAnother(find, async once => {
    const { LocationArn = '' } = await once(
      wish.region,
      new CreateLocationS3Command({
        S3BucketArn: wish.bucketArn,
        S3Config: { BucketAccessRoleArn: wish.role },
        ...(wish.folder !== '' && { Subdirectory: wish.folder }),
        ...(wish.storageClass !== undefined && { S3StorageClass: wish.storageClass }),
        Tags: tags,
      }),
    );
    return LocationArn;
  });
}
