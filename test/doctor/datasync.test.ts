/** Each permission that DataSync takes is missed by its name. */
import { documented } from '../documented.ts';
import { matrix, type Spared } from './matrix.ts';
import { revokedMeanwhile } from './meanwhile.ts';
import {
  besides,
  bucketPolicy,
  DESTINATION_KEY,
  DESTINATION_ROLE,
  keyPolicy,
  ownPolicy,
  type Play,
  SOURCE,
  SOURCE_KEY,
  SOURCE_ROLE,
  seeing,
  trust,
  whole,
} from './play.ts';

const ROLE = `arn:aws:iam::${SOURCE}:role/datasync`;
const role = documented('datasync-role');
const writes = role.filter(({ Sid }) => Sid === 'S3SyncDataSyncWrites');

const DATASYNC: Play = {
  inputs: {
    engine: 'datasync',
    'datasync-role': ROLE,
    'work-location': 's3://octo-datasync/sync',
    'datasync-keep': 'false',
  },
  work: { name: 'octo-datasync', account: SOURCE, region: 'eu-central-1' },
  destination: { ownership: 'BucketOwnerEnforced' },
  holdings: [
    besides(
      whole(
        ownPolicy(
          'source role',
          SOURCE_ROLE,
          ...documented('stream-source'),
          ...documented('service-role-look'),
          ...seeing('octo-source', 'octo-datasync'),
        ),
      ),
      ...documented('datasync-caller'),
    ),
    whole(
      ownPolicy(
        'destination role',
        DESTINATION_ROLE,
        ...documented('stream-destination'),
        ...seeing('octo-destination'),
      ),
    ),
    trust('trust of the role', ROLE, ...documented('datasync-trust')),
    ownPolicy('role', ROLE, ...role),
    bucketPolicy(
      'destination bucket',
      'octo-destination',
      ...writes.map(one => ({ ...one, Principal: { AWS: ROLE } })),
    ),
  ],
  furnish: from => {
    from.put('a', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  },
};

const WHY = 'docs/permissions.md, "DataSync": for what may not happen';
const SPARED: Spared = Object.fromEntries(
  [
    'source role: s3:DeleteObject on octo-datasync/sync/*',
    ...['octo-source', 'octo-destination'].flatMap(bucket =>
      ['GetObjectVersion', 'GetObjectVersionTagging', 'ListMultipartUploadParts'].map(
        action => `role: s3:${action} on ${bucket}/*`,
      ),
    ),
    ...['role', 'destination bucket'].flatMap(whose =>
      ['DeleteObject', 'AbortMultipartUpload'].map(action => `${whose}: s3:${action} on octo-destination/*`),
    ),
    ...['GetObjectVersion', 'GetObjectVersionTagging', 'ListMultipartUploadParts'].map(
      action => `destination bucket: s3:${action} on octo-destination/*`,
    ),
    ...['GetObjectVersion', 'AbortMultipartUpload'].map(
      action => `role: s3:${action} on octo-datasync/sync/*`,
    ),
  ].map(name => [name, { why: WHY, ends: 'well' }]),
);

matrix('datasync', DATASYNC, SPARED, { served: true });

revokedMeanwhile('reading is taken from the role of DataSync', DATASYNC, 'role', {
  operation: 'StartTaskExecution',
});

const keys = documented('datasync-keys');
const encrypting = keys.find(({ Sid }) => Sid === 'S3SyncEncrypt');
if (encrypting === undefined) throw new Error('There is a statement.');

const UNSEEN = 'docs/permissions.md, "Looking at service roles": the policies of keys stay open';

matrix(
  'datasync from and to keys of KMS',
  {
    ...DATASYNC,
    source: { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } },
    destination: { ...DATASYNC.destination, encryption: { algorithm: 'aws:kms', keyArn: DESTINATION_KEY } },
    keys: [SOURCE_KEY, DESTINATION_KEY],
    holdings: [
      ...DATASYNC.holdings.map(one => (one.whose === 'role' ? besides(one, ...keys) : whole(one))),
      keyPolicy('key of the destination', DESTINATION_KEY, ROLE, encrypting),
    ],
  },
  {
    'key of the destination: kms:GenerateDataKey': { why: UNSEEN, ends: 'told' },
    'key of the destination: kms:Decrypt': {
      why: 'only for objects that are written in parts',
      ends: 'well',
    },
  },
  { served: true },
);
