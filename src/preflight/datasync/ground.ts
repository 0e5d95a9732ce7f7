/** What must be clear before DataSync can be spoken to: which folders it is shown, and where its manifests and reports lie. */
import { startingRegion } from '../../aws/endpoint.ts';
import type { Identity } from '../../aws/identity.ts';
import type { Ground, Place } from '../../datasync/ground.ts';
import { storageClassOf } from '../../datasync/options.ts';
import { type Folders, foldersOf } from '../../datasync/paths.ts';
import { DataSyncService } from '../../datasync/service.ts';
import type { CheckResult, Settings, Side } from '../../model.ts';
import { Bucket, type Network } from '../../s3/bucket.ts';
import { locate } from '../../s3/region.ts';
import { uri } from '../../sync/plan.ts';
import type { DataSyncScene } from '../scene.ts';

/** What is known of a run by then. */
export interface Known {
  readonly settings: Settings;
  /** Who calls DataSync and reads its reports: it works in the account of the source. */
  readonly identity: Identity;
  readonly regions: Readonly<Record<Side, string>>;
  readonly owners: Readonly<Record<Side, string | undefined>>;
  readonly network: Network;
  /** What the tags of all that is made call this run. */
  readonly run: string;
}

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
  return { results, datasync: { service, ground, folders, work: bucket, run, cannotCopy: [] } };
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

interface Work {
  readonly result: CheckResult;
  /** `undefined` when the bucket cannot be used. */
  readonly region: string | undefined;
}

async function findWork({ identity, regions, network, settings }: Known, bucket: string): Promise<Work> {
  const check = 'work-bucket';
  const asked = startingRegion(network.environment, settings.source.roleArn);
  const where = await locate(bucket, asked, identity, network);
  const refused = (seen: string, todo: string): Work => ({
    result: { check, verdict: 'fail', seen, fix: { todo } },
    region: undefined,
  });
  if (!where.found) {
    return where.code === 'NoSuchBucket'
      ? refused(`There is no bucket ${bucket}.`, 'Correct `work-location`, or create the bucket.')
      : refused(
          `HeadBucket failed with ${where.code}: ${where.message}`,
          'Check the endpoint and `work-location`.',
        );
  }
  if (where.region !== regions.destination) {
    return refused(
      `${bucket} is in ${where.region}. DataSync writes its reports in the Region of the task, which is that of the destination: ${regions.destination}.`,
      `Give in \`work-location\` a bucket of the source account in ${regions.destination}.`,
    );
  }
  return {
    result: { check, verdict: 'pass', seen: `${bucket} is in ${where.region}.` },
    region: where.region,
  };
}
