/** What of `preserve` there is to carry. What the source cannot have is not asked for, object by object. */
import type { ReadNeeds } from '../aws/policies.ts';
import type { Preserved } from '../model/settings.ts';
import { isForeign, type Scene } from './scene.ts';

type Known = Pick<Scene, 'settings' | 'facts'>;

/** `preserve`, without Object Lock where the source has none. */
export function preservedBy({ settings, facts }: Known): ReadonlySet<Preserved> {
  const { objectLock } = facts.source;
  const unlocked = objectLock.known && !objectLock.value.enabled;
  return unlocked ? new Set([...settings.preserve].filter(one => one !== 'object-lock')) : settings.preserve;
}

/** Whether the source's objects have ACLs that mean anything, and the copies are to have them. */
export function carriesAcls({ settings, facts }: Known): boolean {
  const { ownership } = facts.source;
  const disabled = ownership.known && ownership.value === 'BucketOwnerEnforced';
  return settings.preserve.has('acl') && !disabled;
}

/**
 * Canonical user id of who gets what an ACL gives to its owner; `undefined` where no ACLs are carried. A foreign writer sends
 * none: with grants of its own it could not hand the copies over, and would own them.
 */
export function grantsTo(scene: Known & Pick<Scene, 'to'>): string | undefined {
  const { to, facts } = scene;
  const { ownerId } = facts.destination;
  return carriesAcls(scene) && ownerId.known && !isForeign(to.identity, to) ? ownerId.value : undefined;
}

/** What has to be read of each object besides its content and metadata, and written again. */
export function needsOf(scene: Known): ReadNeeds {
  const preserved = preservedBy(scene);
  return {
    tags: preserved.has('tags'),
    lock: preserved.has('object-lock'),
    acl: carriesAcls(scene),
    versions: preserved.has('versions'),
  };
}
