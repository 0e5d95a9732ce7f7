/** What a run with S3 Replication needs besides what both sides do themselves. */
import { isStranger } from '../aws/grant.ts';
import { passRoleStatement, serviceTrustStatement, versioningStatement } from '../aws/policies.ts';
import {
  callerStatement,
  decryptingStatement,
  destinationStatement,
  enablingStatement,
  encryptingStatement,
  SERVICE,
  sourceStatement,
} from '../s3/replication/policies.ts';
import { listJobsStatement, REPLICATION_ACTIONS } from '../s3control/policies.ts';
import { type Entry, onlyIf, permit, trust } from './entry.ts';
import { ofJobs } from './jobs.ts';
import { namedKey, readingKeys, writingKeys } from './keys.ts';
import { lookingAt } from './roles.ts';
import type { Place, World } from './world.ts';

export function ofReplication(world: World): Entry[] {
  const { settings, writes, source } = world;
  const { roleArn: role } = settings.replication;
  if (role === undefined) return [];
  return [
    ...permit(source.role, callerStatement({ source: seen(world, source) }, writes), source),
    ...versioning(world),
    ...(settings.mode === 'verify' ? [] : lookingAt(role, source.role)),
    ...(writes
      ? [
          ...ofRule(world, role),
          ...ofJobs(world, source, settings.batch.roleArn ?? role, REPLICATION_ACTIONS),
          ...ofKeys(world, role),
        ]
      : watching(world)),
  ];
}

function watching({ settings, source }: World): Entry[] {
  return onlyIf(
    'the health is to say whether a job is under way (without it that is unknown)',
    settings.mode === 'health' && settings.workLocation !== undefined
      ? permit(source.role, listJobsStatement())
      : [],
  );
}

/** A bucket as the statements of replication speak of it. */
function seen({ partition }: World, { location, region }: Place) {
  return { location, region, identity: { partition } };
}

/** It must be known on both sides; the source's is asked with the configuration. */
function versioning(world: World): Entry[] {
  const { settings, partition, source, destination, writes } = world;
  const enables = settings.enableVersioning && writes;
  const enable = (place: Place) => permit(place.role, enablingStatement(seen(world, place)), place);
  return enables
    ? [...enable(source), ...enable(destination)]
    : permit(destination.role, versioningStatement(destination.location, partition), destination);
}

function ofRule(world: World, role: string): Entry[] {
  const { partition, source, destination } = world;
  const from = seen(world, source);
  const across = isStranger({ account: source.owner }, destination);
  return [
    ...permit(source.role, passRoleStatement(role, SERVICE)),
    trust(role, serviceTrustStatement(role, SERVICE)),
    ...permit(role, sourceStatement({ source: from, locks: false }), source),
    ...onlyIf(
      `the source ${source.bucket} has Object Lock`,
      permit(role, sourceStatement({ source: from, locks: true }), source),
    ),
    ...permit(
      role,
      destinationStatement({
        destination: seen(world, destination),
        // Where nobody tells who owns what is written there, the rule says it.
        wanted: { partition, ownerOverride: across && 'unknown', kmsKey: undefined },
      }),
      destination,
    ),
  ];
}

/** Without a key for the replicas what is encrypted stays behind; what is not takes the destination's encryption. */
function ofKeys(world: World, role: string): Entry[] {
  const { settings, partition, source, destination } = world;
  const { kmsKey } = settings;
  const sealing = (sealsByDefault: boolean) => (key: string) =>
    encryptingStatement({
      destination: seen(world, destination),
      wanted: { partition, ownerOverride: false, kmsKey: key },
      sealsByDefault,
    });
  if (kmsKey === undefined) return writingKeys(world, role, sealing(true));
  return [
    ...readingKeys(world, role, key => decryptingStatement({ source: seen(world, source), sourceKey: key })),
    ...writingKeys(world, role, sealing(false)),
    ...onlyIf(
      `the destination ${destination.bucket} encrypts by default under this key`,
      namedKey(kmsKey, role, sealing(true)),
    ),
  ];
}
