/** What must be clear before DataSync can be spoken to: which folders it is shown, and where its manifests and reports lie. */
import type { Ground, Place } from '../../datasync/ground.ts';
import { storageClassOf } from '../../datasync/options.ts';
import { type Folders, foldersOf } from '../../datasync/paths.ts';
import { DataSyncService } from '../../datasync/service.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import type { Settings } from '../../model/settings.ts';
import { Bucket } from '../../s3/bucket.ts';
import { uri } from '../../sync/plan.ts';
import type { Found } from '../buckets.ts';
import type { Known } from '../known.ts';
import type { DataSyncScene } from '../scene.ts';
import { findWorkBucket } from '../work-bucket.ts';

export interface Laid {
  readonly results: readonly CheckResult[];
  /** `undefined` when one of the checks failed. */
  readonly datasync: DataSyncScene | undefined;
}

export async function layGround(known: Known): Promise<Laid> {
  const { settings, identity, owners, network, run } = known;
  const { source, destination, workLocation, dataSync } = settings;
  if (workLocation === undefined || dataSync.roleArn === undefined)
    throw new RangeError('The settings were not checked.');
  const folders = foldersOf(source.location.prefix, destination.location.prefix);
  const found = await findWork(known, workLocation.bucket);
  const results = [...(folders === undefined ? [unmappable(settings)] : []), found.result];
  if (folders === undefined || found.region === undefined) return { results, datasync: undefined };

  const work: Place = {
    bucket: workLocation.bucket,
    region: found.region,
    owner: identity.account ?? owners.source,
    folder: workLocation.prefix,
  };
  const ground: Ground = {
    source: placeOf('source', known, folders),
    destination: placeOf('destination', known, folders),
    work,
    role: dataSync.roleArn,
    caller: { principal: identity.principal, account: identity.account },
    partition: identity.partition,
    mode: dataSync.mode === 'basic' ? 'BASIC' : 'ENHANCED',
    storageClass: storageClassOf(settings),
  };
  const { requestHandler, aborting, requests } = network;
  const service = new DataSyncService({
    identity,
    requestHandler,
    aborting,
    count: name => requests.add(name),
  });
  const bucket = new Bucket(
    { location: workLocation, region: work.region, owner: work.owner, requestPayer: false, identity },
    network,
  );
  return {
    results,
    datasync: { service, ground, folders, work: bucket, run, besides: 'copy', cannotCopy: [] },
  };
}

function placeOf(side: Side, { settings, regions, owners }: Known, folders: Folders): Place {
  return {
    bucket: settings[side].location.bucket,
    region: regions[side],
    owner: owners[side],
    folder: folders[side],
  };
}

function unmappable({ source, destination }: Settings): CheckResult {
  const [from, to] = [uri(source.location), uri(destination.location)];
  return {
    check: 'datasync-prefixes',
    verdict: 'fail',
    seen: `DataSync copies from folder to folder, and no two folders of the characters A-Z a-z 0-9 _ - + . / ( ) and space map the keys as ${from} and ${to} do.`,
    fix: {
      todo: 'Let both prefixes be such folders, with a slash at their end, or end in the same text after such a folder (`a/dt=1/` and `b/dt=1/`); or use `engine: copy`.',
    },
  };
}

/** DataSync writes its reports in the Region of the task, which is that of the destination. */
function findWork({ identity, regions, network, settings }: Known, bucket: string): Promise<Found> {
  return findWorkBucket(bucket, identity, settings.source.roleArn, network, region =>
    region === regions.destination
      ? undefined
      : {
          verdict: 'fail',
          seen: `${bucket} is in ${region}. DataSync writes its reports in the Region of the task, which is that of the destination: ${regions.destination}.`,
          fix: {
            todo: `Give in \`work-location\` a bucket of the source account in ${regions.destination}.`,
          },
        },
  );
}
