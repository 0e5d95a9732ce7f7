/** What is done in both buckets from here: by each side's own role, and by whoever reads and writes the copies. */
import { accountOf } from '../aws/arn.ts';
import {
  bucketAclStatement,
  bucketPolicyStatement,
  decryptStatement,
  listStatement,
  markStatement,
  type ReadNeeds,
  readStatement,
  restoreStatement,
  settingsStatement,
  versioningStatement,
  writeStatement,
} from '../aws/policies.ts';
import type { EngineName } from '../model/settings.ts';
import { type Entry, onlyIf, permit } from './entry.ts';
import { readingKeys, writingKeys } from './keys.ts';
import type { Place, World } from './world.ts';

/** The content alone, which is enough to compare. */
const CONTENT: ReadNeeds = { tags: false, lock: false, acl: false, versions: false };

/** What each side's own role does, whatever does the copying: it lists, compares, deletes and asks for restores. */
export function ofSides(world: World, engine: EngineName): Entry[] {
  const { settings, partition, source, destination, writes } = world;
  const versions = settings.preserve.has('versions');
  // What is replicated is named by version.
  const sourceVersions = versions || engine === 'replication';
  return [
    ...looking(world, source, sourceVersions),
    ...looking(world, destination, versions),
    ...onlyIf(SEEING, [...settingsOf(world, source, engine), ...settingsOf(world, destination, engine)]),
    ...readingKeys(world, source.role),
    ...permitIf(
      writes && settings.archived === 'restore',
      source,
      restoreStatement(source.location, partition),
    ),
    ...permitIf(
      writes && (settings.delete || (versions && engine !== 'replication')),
      destination,
      markStatement(destination.location, partition, settings.delete),
    ),
    ...permitIf(
      versions && engine !== 'replication',
      destination,
      versioningStatement(destination.location, partition),
    ),
    ...permitIf(
      settings.preserve.has('acl'),
      destination,
      bucketAclStatement(destination.location, partition),
    ),
  ];
}

/** In a side's own bucket: lists and compares. */
function looking({ partition }: World, { location, role, ...place }: Place, versions: boolean): Entry[] {
  return [
    ...permit(role, listStatement(location, partition, versions), place),
    ...permit(role, readStatement(location, partition, { ...CONTENT, versions }), place),
  ];
}

const SEEING =
  'the checks are to know the settings of the bucket (without it they say "unknown", and the run goes on)';

/**
 * What the policy of a bucket says matters to the checks of roles that services work under; S3 tells it to nobody outside of
 * the owner's account. (S3 API, GetBucketPolicy.)
 */
function settingsOf({ partition }: World, { location, role, ...place }: Place, engine: EngineName): Entry[] {
  const serves = engine !== 'copy' && engine !== 'stream' && accountOf(role) === place.owner;
  return [
    ...permit(role, settingsStatement(location, partition), place),
    ...(serves ? permit(role, bucketPolicyStatement(location, partition), place) : []),
  ];
}

function permitIf(condition: boolean, place: Place, statement: Parameters<typeof permit>[1]): Entry[] {
  return condition ? permit(place.role, statement, place) : [];
}

/** ARNs of whoever reads for the copies and of whoever writes them: with a server-side copy the same. */
interface Carriers {
  readonly reader: string;
  readonly writer: string;
}

export function carriersOf({ settings, source, destination }: World, engine: EngineName): Carriers {
  if (engine === 'stream') return { reader: source.role, writer: destination.role };
  const signer = settings.copyAs === 'source' ? source.role : destination.role;
  return { reader: signer, writer: signer };
}

/** Copies object by object. */
export function ofCopies(world: World, carriers: Carriers): Entry[] {
  return [...ofReader(world, carriers.reader), ...(world.writes ? ofWriter(world, carriers.writer) : [])];
}

function needsOf({ preserve }: World['settings']): ReadNeeds {
  return {
    tags: preserve.has('tags'),
    lock: preserve.has('object-lock'),
    acl: preserve.has('acl'),
    versions: preserve.has('versions'),
  };
}

function ofReader(world: World, reader: string): Entry[] {
  const { settings, partition, source } = world;
  const { location } = source;
  return [
    // Whoever may list is told of an object that is gone, and not that it is denied.
    ...permit(reader, listStatement(location, partition), source),
    ...permit(reader, readStatement(location, partition, needsOf(settings)), source),
    ...readingKeys(world, reader),
  ];
}

function ofWriter(world: World, writer: string): Entry[] {
  const { settings, partition, destination } = world;
  const { location } = destination;
  const needs = { ...needsOf(settings), delete: false };
  const sendsAcl = needs.acl || settings.acl !== undefined;
  const own = writer === destination.role;
  const handsOver = permit(writer, writeStatement(location, partition, { ...needs, acl: true }), destination);
  const seesOwner = permit(
    destination.role,
    readStatement(location, partition, { ...CONTENT, acl: true }),
    destination,
  );
  return [
    ...permit(writer, writeStatement(location, partition, { ...needs, acl: sendsAcl }), destination),
    // A multipart copy whose last answer was lost is looked for.
    ...permit(writer, readStatement(location, partition, CONTENT), destination),
    ...(handsOver.length > 1
      ? onlyIf(`the destination ${location.bucket} has ACLs enabled`, [...handsOver, ...seesOwner])
      : []),
    ...writingKeys(world, writer),
    ...(own ? [] : writingKeys(world, destination.role, decryptStatement)),
  ];
}
