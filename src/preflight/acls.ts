/** What stands in the way of `preserve: acl`. (S3 User Guide, "Controlling ownership of objects and disabling ACLs".) */
import { bucketAclStatement } from '../aws/policies.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import { carriesAcls } from './preserved.ts';
import { type Check, grant, isForeign } from './scene.ts';

const CHECK = 'preserve-acl';

export const checkAcls: Check = scene => {
  const { settings, destination, to, facts } = scene;
  if (!settings.preserve.has('acl')) return [];
  if (!carriesAcls(scene)) {
    return [
      { check: CHECK, verdict: 'pass', seen: 'The source has ACLs disabled: there are none to carry.' },
    ];
  }
  const refused = (seen: string, fix: Fix): CheckResult[] => [
    { check: CHECK, verdict: 'fail', seen: `${seen}, and \`preserve: acl\` cannot be kept.`, fix },
  ];
  const { ownership, ownerId } = facts.destination;
  if (ownership.known && ownership.value === 'BucketOwnerEnforced') {
    return refused('The destination has ACLs disabled', {
      todo:
        'Leave `acl` out of `preserve` and give access by the bucket policy, or enable ACLs: aws s3api ' +
        `put-bucket-ownership-controls --bucket ${destination.location.bucket} --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'`,
    });
  }
  if (isForeign(to.identity, to)) {
    return refused(
      `The copies are written by account ${to.identity.account}, which would own what it gives grants of its own`,
      { todo: 'Use `copy-as: destination`.' },
    );
  }
  if (!ownerId.known) {
    const { identity } = destination;
    return refused(
      `Who owns the destination in the language of ACLs is not known (${ownerId.why})`,
      grant(identity, destination, bucketAclStatement(destination.location, identity.partition), ''),
    );
  }
  const seen = `The copies get the ACLs of their sources, with ${destination.location.bucket}'s owner as theirs.`;
  return [{ check: CHECK, verdict: 'pass', seen }];
};
