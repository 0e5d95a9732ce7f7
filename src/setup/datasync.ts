/** What a run with DataSync needs besides what both sides do themselves. */
import {
  decryptStatement,
  encryptStatement,
  passRoleStatement,
  serviceTrustStatement,
  workStatement,
} from '../aws/policies.ts';
import { foldersOf } from '../datasync/paths.ts';
import {
  callerStatement,
  roleStatement,
  SERVICE,
  serviceLinkedRoleStatement,
  sourceArnOf,
} from '../datasync/policies.ts';
import { InputError } from '../errors.ts';
import { formatLocation } from '../settings/location.ts';
import { carriersOf, ofCopies } from './copying.ts';
import { type Entry, onlyIf, permit, trust } from './entry.ts';
import { readingKeys, writingKeys } from './keys.ts';
import { lookingAt } from './roles.ts';
import { type World, workOf } from './world.ts';

/** @throws InputError where no two folders map the keys as the prefixes do */
export function ofDataSync(world: World): Entry[] {
  const { settings, partition, source, destination, writes } = world;
  const { roleArn: role, mode } = settings.dataSync;
  if (!writes || role === undefined) return [];
  const folders = foldersOf(source.location.prefix, destination.location.prefix);
  if (folders === undefined)
    throw new InputError([
      `source, destination: no two folders map keys as ${formatLocation(source.location)} and ${formatLocation(destination.location)} do, and DataSync knows only folders. Accepted: folders with a slash at their end, or engine copy.`,
    ]);
  const work = workOf(world, source);
  const ground = {
    source: { bucket: source.bucket, folder: folders.source },
    destination: { bucket: destination.bucket, folder: folders.destination },
    work: { bucket: work.bucket, folder: work.location.prefix },
    partition,
  };
  const asCaller = [
    callerStatement(),
    passRoleStatement(role, SERVICE),
    ...(mode === 'enhanced' ? [serviceLinkedRoleStatement(role)] : []),
    workStatement(work.location, partition),
  ];
  return [
    ...asCaller.flatMap(statement => permit(source.role, statement)),
    ...lookingAt(role, source.role),
    trust(role, serviceTrustStatement(role, SERVICE, sourceArnOf(role))),
    ...permit(role, roleStatement('source', ground), source),
    ...permit(role, roleStatement('destination', ground), destination),
    ...permit(role, roleStatement('work', ground), work),
    ...readingKeys(world, role, decryptStatement),
    ...writingKeys(world, role, encryptStatement),
    ...onlyIf(
      'there are objects that DataSync cannot carry, which are then copied from here',
      ofCopies(world, carriersOf(world, 'copy')),
    ),
  ];
}
