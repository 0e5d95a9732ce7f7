/** Each permission that streaming through the runner takes is missed by its name. */
import { accountOf } from '../../src/aws/arn.ts';
import { documented, trustOfQuickStart } from '../documented.ts';
import { matrix } from './matrix.ts';
import { revokedMeanwhile } from './meanwhile.ts';
import {
  besides,
  DESTINATION_KEY,
  DESTINATION_ROLE,
  on,
  onKey,
  ownPolicy,
  type Play,
  SOURCE_KEY,
  SOURCE_ROLE,
  trust,
  whole,
} from './play.ts';

const [ofSource, ofDestination] = [
  ownPolicy('source role', SOURCE_ROLE, ...documented('stream-source')),
  ownPolicy('destination role', DESTINATION_ROLE, ...documented('stream-destination')),
];

const STREAM: Play = {
  inputs: { engine: 'stream' },
  holdings: [ofSource, ofDestination],
  furnish: from => {
    from.put('a', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  },
};

revokedMeanwhile('reading is taken from the source role', STREAM, 'source role', {
  operation: 'GetObject',
  key: /^private/,
});

const ADVISED = {
  'destination role: s3:GetObject on octo-destination/*': {
    why: 'docs/permissions.md, "Every action" (1) and (3)',
    ends: 'well',
  },
} as const;

matrix('stream, each role in its own account', STREAM, ADVISED, { prefixes: true });

matrix('stream from and to keys of KMS, with deletions', {
  ...STREAM,
  inputs: { engine: 'stream', delete: 'true', 'max-delete': '1' },
  source: { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } },
  destination: { encryption: { algorithm: 'aws:kms', keyArn: DESTINATION_KEY } },
  keys: [SOURCE_KEY, DESTINATION_KEY],
  holdings: [
    besides(ofSource, ...documented('key-source').map(one => onKey(one, SOURCE_KEY))),
    besides(
      ofDestination,
      on('octo-destination/*', 's3:DeleteObject'),
      ...documented('key-destination').map(one => onKey(one, DESTINATION_KEY)),
    ),
  ],
  furnish: (from, to) => {
    from.put('a', 'content');
    to.put('b', 'content');
  },
});

matrix('stream with Object Lock and ACLs', {
  ...STREAM,
  inputs: { engine: 'stream', preserve: 'metadata, tags, object-lock, acl' },
  source: { objectLock: {}, versioning: 'Enabled', ownership: 'ObjectWriter' },
  destination: { objectLock: {}, versioning: 'Enabled', ownership: 'BucketOwnerPreferred' },
  holdings: [
    besides(
      ofSource,
      on('octo-source/*', 's3:GetObjectRetention', 's3:GetObjectLegalHold', 's3:GetObjectAcl'),
    ),
    besides(
      ofDestination,
      on('octo-destination/*', 's3:PutObjectRetention', 's3:PutObjectLegalHold', 's3:PutObjectAcl'),
      on('octo-destination', 's3:GetBucketAcl'),
    ),
  ],
});

matrix(
  'stream with versions',
  {
    inputs: { engine: 'stream', preserve: 'metadata, tags, versions' },
    source: { versioning: 'Enabled' },
    destination: { versioning: 'Enabled' },
    holdings: [
      besides(ofSource, ...documented('versions-read')),
      besides(ofDestination, ...documented('versions-destination')),
    ],
    furnish: from => {
      from.put('a', 'content', { tags: { c: 'd' } });
      from.put('a', 'content, again', { tags: { e: 'f' } });
      from.delete('gone');
    },
  },
  {
    'destination role: s3:GetObjectVersion on octo-destination/*': {
      why: 'docs/permissions.md, "With versions": compares versions by it',
      ends: 'well',
    },
  },
);

matrix(
  'stream with restores',
  {
    inputs: { engine: 'stream', archived: 'restore' },
    holdings: [besides(ofSource, ...documented('restore')), whole(ofDestination)],
    furnish: from => {
      from.put('a', 'content');
    },
  },
  {
    'source role: s3:GetObject on octo-source/*': { why: 'it has that already, to read', ends: 'well' },
  },
);

matrix('the trust of the roles', {
  ...STREAM,
  holdings: [
    whole(ofSource),
    whole(ofDestination),
    ...[SOURCE_ROLE, DESTINATION_ROLE].map(role =>
      trust(`trust of ${role.split('/').at(-1)}`, role, ...trustOfQuickStart(accountOf(role))),
    ),
  ],
});
