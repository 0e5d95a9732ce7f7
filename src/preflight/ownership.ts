/**
 * Who will own the copies, and whether the ACL that would make it the destination's account may be sent at all.
 * (S3 User Guide, "Controlling ownership of objects and disabling ACLs".)
 */
import type { Identity } from '../aws/identity.ts';
import type { CheckResult } from '../model/checks.ts';
import { carriesAcls } from './preserved.ts';
import { type Check, isForeign, type Scene, workersOf } from './scene.ts';

const OWNER_FULL_CONTROL = 'bucket-owner-full-control';

/** The ACL to send: the one asked for; else, where a foreign writer would keep the object to itself, full control for the owner. */
export function aclFor(
  { settings, to, facts }: Pick<Scene, 'settings' | 'to' | 'facts'>,
  writer: Pick<Identity, 'account'> = to.identity,
): string | undefined {
  if (settings.acl !== undefined) return settings.acl;
  const { ownership } = facts.destination;
  const aclsOn = ownership.known && ownership.value !== 'BucketOwnerEnforced';
  return aclsOn && isForeign(writer, to) ? OWNER_FULL_CONTROL : undefined;
}

export const checkOwnership: Check = scene => {
  if (scene.datasync !== undefined) return [ownershipUnderDataSync(scene)];
  const { settings, to, facts } = scene;
  const { writer } = workersOf(scene);
  // `copy-as` decides who signs copies from here, not whose role a job works under.
  const orElse = scene.jobs === undefined ? 'Use `copy-as: destination`, or set' : 'Set';
  const { ownership } = facts.destination;
  const check = 'destination-ownership';
  if (!ownership.known) {
    const seen = `Object ownership of the destination: ${ownership.why}.`;
    if (!isForeign(writer, to)) return [{ check, verdict: 'unknown', seen }];
    const todo = `${orElse} \`acl: ${OWNER_FULL_CONTROL}\` if the bucket has ACLs enabled.`;
    return [
      {
        check,
        verdict: 'warn',
        seen: `${seen} A foreign writer may end up owning the copies.`,
        fix: { todo },
      },
    ];
  }
  if (ownership.value === 'BucketOwnerEnforced') {
    if (settings.acl !== undefined && settings.acl !== OWNER_FULL_CONTROL) {
      const seen = `The destination has ACLs disabled and refuses \`acl: ${settings.acl}\`.`;
      return [
        {
          check,
          verdict: 'fail',
          seen,
          fix: { todo: 'Leave `acl` empty: the bucket owner owns every object.' },
        },
      ];
    }
    return [{ check, verdict: 'pass', seen: 'ACLs are disabled: the bucket owner owns every copy.' }];
  }
  const acl = aclFor(scene, writer);
  const seen = `ACLs are enabled (${ownership.value}); copies are sent with ${acl === undefined ? unsaid(scene) : `acl ${acl}`}.`;
  if (isForeign(writer, to) && ownership.value === 'ObjectWriter') {
    const todo = `${orElse} object ownership of the bucket to BucketOwnerEnforced.`;
    return [
      {
        check,
        verdict: 'warn',
        seen: `${seen} They will belong to account ${writer.account}.`,
        fix: { todo },
      },
    ];
  }
  return [{ check, verdict: 'pass', seen }];
};

/** DataSync sends no ACL: with ACLs enabled its role's account would own the copies. */
function ownershipUnderDataSync({ destination, facts }: Scene): CheckResult {
  const check = 'destination-ownership';
  const { ownership } = facts.destination;
  const todo =
    'Disable ACLs of the destination bucket: aws s3api put-bucket-ownership-controls ' +
    `--bucket ${destination.location.bucket} --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'`;
  if (!ownership.known) {
    const seen = `Object ownership of the destination: ${ownership.why}. With ACLs enabled the account of \`datasync-role\` would own the copies.`;
    return { check, verdict: 'warn', seen, fix: { todo } };
  }
  if (ownership.value === 'BucketOwnerEnforced') {
    return { check, verdict: 'pass', seen: 'ACLs are disabled: the bucket owner owns every copy.' };
  }
  const seen = `ACLs are enabled at the destination (${ownership.value}): the account of \`datasync-role\` would own the copies.`;
  return { check, verdict: 'fail', seen, fix: { todo } };
}

function unsaid(scene: Scene): string {
  return carriesAcls(scene) ? 'the ACLs of their sources' : 'no ACL';
}
