/** Each permission that server-side copies take is missed by its name. */
import { documented, quickStart } from '../documented.ts';
import { matrix, type Spared } from './matrix.ts';
import {
  besides,
  bucketPolicy,
  DESTINATION_KEY,
  DESTINATION_ROLE,
  keyPolicy,
  on,
  onKey,
  ownPolicy,
  type Play,
  SOURCE_KEY,
  SOURCE_ROLE,
  whole,
} from './play.ts';

const [ofSource, ofDestination, ofBucket] = [
  ownPolicy('source role', SOURCE_ROLE, ...quickStart('source-permissions.json')),
  ownPolicy('destination role', DESTINATION_ROLE, ...quickStart('destination-permissions.json')),
  bucketPolicy('source bucket', 'octo-source', ...quickStart('source-bucket-policy.json')),
];

const COPY: Play = {
  inputs: { engine: 'copy' },
  holdings: [ofSource, ofDestination, ofBucket],
  furnish: from => {
    from.put('a', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  },
};

/** docs/permissions.md, "Every action". */
const ADVISED: Spared = {
  'source role: s3:GetObject on octo-source/*': {
    why: '(1): without it, objects whose ETags differ are compared by size and time only',
    ends: 'well',
  },
  'destination role: s3:GetObject on octo-destination/*': {
    why: '(1) and (3): the same, and a multipart copy whose last answer was lost',
    ends: 'well',
  },
  'destination role: s3:ListBucket on octo-source': {
    why: '(2): without it, an object that disappears during the run counts as denied',
    ends: 'well',
  },
  'source bucket: s3:ListBucket on octo-source': { why: '(2)', ends: 'well' },
};

matrix('copy, as in the quick start', COPY, ADVISED, { prefixes: true });

const LOCKS = ['s3:GetObjectRetention', 's3:GetObjectLegalHold', 's3:GetObjectAcl'];
const GUARDS = ['s3:PutObjectRetention', 's3:PutObjectLegalHold', 's3:PutObjectAcl', 's3:DeleteObject'];

matrix('copy with Object Lock and ACLs, and deletions', {
  inputs: {
    engine: 'copy',
    preserve: 'metadata, tags, object-lock, acl',
    delete: 'true',
    'max-delete': '1',
  },
  source: { objectLock: {}, versioning: 'Enabled', ownership: 'ObjectWriter' },
  destination: { objectLock: {}, versioning: 'Enabled', ownership: 'BucketOwnerPreferred' },
  holdings: [
    whole(ofSource),
    besides(
      ofDestination,
      on('octo-source/*', ...LOCKS),
      on('octo-destination/*', ...GUARDS),
      on('octo-destination', 's3:GetBucketAcl'),
    ),
    besides(ofBucket, { ...on('octo-source/*', ...LOCKS), Principal: { AWS: DESTINATION_ROLE } }),
  ],
  furnish: (from, to) => {
    from.put('a', 'content', { tags: { c: 'd' } });
    to.put('b', 'content');
  },
});

const [listing, reading] = documented('versions-read');
if (listing === undefined || reading === undefined) throw new Error('There are two statements.');

matrix(
  'copy with versions',
  {
    inputs: { engine: 'copy', preserve: 'metadata, tags, versions' },
    source: { versioning: 'Enabled' },
    destination: { versioning: 'Enabled' },
    holdings: [
      besides(ofSource, listing),
      besides(ofDestination, reading, ...documented('versions-destination')),
      besides(ofBucket, { ...reading, Principal: { AWS: DESTINATION_ROLE } }),
    ],
    furnish: from => {
      from.put('a', 'content', { tags: { c: 'd' } });
      from.put('a', 'content, again', { tags: { e: 'f' } });
      from.delete('gone');
    },
  },
  {
    'destination role: s3:GetObjectVersion on octo-destination/*': {
      why: '(1): it compares versions by it, as it compares objects by s3:GetObject',
      ends: 'well',
    },
  },
);

matrix(
  'copy with restores',
  {
    inputs: { engine: 'copy', archived: 'restore' },
    holdings: [besides(ofSource, ...documented('restore')), whole(ofDestination), whole(ofBucket)],
    furnish: from => {
      from.put('a', 'content');
    },
  },
  {
    'source role: s3:GetObject on octo-source/*': {
      why: 'only for Intelligent-Tiering, where HeadObject alone tells in which tier an object is',
      ends: 'well',
    },
  },
);

const [decrypting, encrypting] = [documented('key-source'), documented('key-destination')].flat();
if (decrypting === undefined || encrypting === undefined) throw new Error('There are two statements.');
const keys = [SOURCE_KEY, DESTINATION_KEY];

matrix('copy from and to keys of KMS', {
  inputs: { engine: 'copy' },
  source: { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } },
  destination: { encryption: { algorithm: 'aws:kms', keyArn: DESTINATION_KEY } },
  keys,
  holdings: [
    whole(ofSource),
    besides(ofDestination, onKey(decrypting, SOURCE_KEY), onKey(encrypting, DESTINATION_KEY)),
    whole(ofBucket),
    keyPolicy('key of the source', SOURCE_KEY, DESTINATION_ROLE, decrypting),
  ],
  furnish: from => {
    from.put('a', 'content', { tags: { c: 'd' } });
  },
});

const [asSource, asDestination, inDestination] = [
  ownPolicy('source role', SOURCE_ROLE, ...documented('copy-as-source-source')),
  ownPolicy('destination role', DESTINATION_ROLE, ...documented('copy-as-source-destination')),
  bucketPolicy('destination bucket', 'octo-destination', ...documented('copy-as-source-bucket')),
];

matrix(
  'copy as the source',
  {
    ...COPY,
    inputs: { engine: 'copy', 'copy-as': 'source' },
    holdings: [asSource, asDestination, inDestination],
  },
  {
    'source role: s3:GetObject on octo-destination/*': { why: '(3)', ends: 'well' },
    'destination bucket: s3:GetObject on octo-destination/*': { why: '(3)', ends: 'well' },
    'destination role: s3:GetObject on octo-destination/*': { why: '(1)', ends: 'well' },
  },
);

matrix('copy as the source, from and to keys of KMS', {
  inputs: { engine: 'copy', 'copy-as': 'source', encryption: 'aws:kms', 'kms-key': DESTINATION_KEY },
  source: { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } },
  keys,
  holdings: [
    besides(asSource, onKey(decrypting, SOURCE_KEY), onKey(encrypting, DESTINATION_KEY)),
    whole(asDestination),
    whole(inDestination),
    keyPolicy('key of the destination', DESTINATION_KEY, SOURCE_ROLE, encrypting),
  ],
  furnish: from => {
    from.put('a', 'content', { tags: { c: 'd' } });
  },
});

matrix(
  'copy of a prefix',
  {
    ...COPY,
    inputs: {
      engine: 'copy',
      source: 's3://octo-source/photos/',
      destination: 's3://octo-destination/photos/',
    },
    holdings: [
      ownPolicy('source role', SOURCE_ROLE, ...documented('prefix-source')),
      whole(ofDestination),
      whole(ofBucket),
    ],
    furnish: from => {
      from.put('photos/a', 'content', { tags: { c: 'd' } });
    },
  },
  { 'source role: s3:GetObject on octo-source/photos/*': { why: '(1)', ends: 'well' } },
);
