/** What denies and cannot be seen is named as such, and what denies and can be seen is not blamed on something else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quickStart } from '../documented.ts';
import {
  bucketPolicy,
  DESTINATION_ROLE,
  ownPolicy,
  type Performance,
  type Play,
  perform,
  SOURCE_ROLE,
  seeing,
} from './play.ts';

const OPEN = quickStart('source-bucket-policy.json');
const ofBucket = bucketPolicy('source bucket', 'octo-source', ...OPEN);
const own = quickStart('destination-permissions.json');
const ofDestination = ownPolicy('destination role', DESTINATION_ROLE, ...own, {
  Sid: 'Look',
  Effect: 'Allow',
  Action: 'iam:SimulatePrincipalPolicy',
  Resource: DESTINATION_ROLE,
});

const PLAY: Play = {
  inputs: { engine: 'copy', preserve: 'metadata' },
  holdings: [
    ownPolicy('source role', SOURCE_ROLE, ...quickStart('source-permissions.json'), ...seeing('octo-source')),
    ofDestination,
    ofBucket,
  ],
  furnish: from => {
    from.put('a', 'content');
  },
};

/** What S3 answers to whoever reads, whatever policies say. */
function denied(p: Performance, message: string): void {
  p.lab.faults.add({ operation: 'GetObject', kind: 'error', status: 403, code: 'AccessDenied', message });
}

const EXPLICIT = (policy: string) =>
  `User: ${DESTINATION_ROLE} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::octo-source/a" with an explicit deny in ${policy}`;

const CASES: readonly (readonly [what: string, deny: (p: Performance) => void, todo: RegExp])[] = [
  [
    'nothing that can be seen',
    p => denied(p, 'Access Denied'),
    /^Neither the policy of \S+ nor the bucket policy of octo-source shows why\..*\(SCP\).*\(RCP\).*boundary.*session policy.*VPC endpoint/,
  ],
  [
    'nothing that can be seen, by one who may not look at itself',
    p => {
      p.put(ofDestination, own);
      denied(p, 'Access Denied');
    },
    /^Add this statement to the policy of \S+s3-sync-destination .* If it is there already: What cannot be seen/,
  ],
  [
    'the policy of the bucket',
    p =>
      p.put(ofBucket, [
        ...OPEN,
        { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::octo-source/*' },
      ]),
    /^The bucket policy of octo-source \(account 111122223333\) denies this to \S+ outright/,
  ],
  [
    'a service control policy',
    p => denied(p, EXPLICIT('a service control policy')),
    /^A service control policy denies this outright.*AWS Organizations/,
  ],
  [
    'a resource control policy',
    p => denied(p, EXPLICIT('a resource control policy')),
    /^A resource control policy denies this outright.*account that owns the resource/,
  ],
  [
    'a permissions boundary',
    p => denied(p, EXPLICIT('a permissions boundary')),
    /^A permissions boundary denies this outright.*boundary of the role/,
  ],
];

for (const [what, deny, todo] of CASES) {
  test(`denied by ${what}`, async t => {
    const p = await perform(PLAY);
    t.after(() => p.close());
    deny(p);
    const { report } = await p.run('preflight');
    const check = report.checks.find(one => one.check === 'signer-can-read');
    assert.equal(check?.verdict, 'fail');
    assert.match(check?.fix?.todo ?? '', todo);
  });
}

test('a right that only one of the two policies lacks is asked for there alone', async t => {
  const p = await perform(PLAY);
  t.after(() => p.close());
  p.put(ofBucket, []);
  const lacking = await p.run('preflight');
  const grants = lacking.report.checks.flatMap(({ fix }) => fix?.grants ?? []);
  assert.deepEqual(
    grants.map(({ policy, of }) => [policy, of]),
    [['bucket', 'octo-source']],
  );
});
