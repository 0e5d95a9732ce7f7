/** Each permission that S3 Replication takes is missed by its name. */
import type { ReplicationRule } from '../../lab/s3/replication/configuration.ts';
import { ruleIdOf } from '../../src/s3/replication/rule.ts';
import { documented } from '../documented.ts';
import { matrix, type Spared } from './matrix.ts';
import {
  besides,
  bucketPolicy,
  DESTINATION,
  DESTINATION_KEY,
  DESTINATION_ROLE,
  keyPolicy,
  on,
  ownPolicy,
  type Play,
  SOURCE,
  SOURCE_KEY,
  SOURCE_ROLE,
  seeing,
  trust,
  whole,
} from './play.ts';

const ROLE = `arn:aws:iam::${SOURCE}:role/s3-replication`;
const JOBS = documented('batch-caller').map(one =>
  JSON.parse(
    JSON.stringify(one)
      .replaceAll('eu-central-1:444455556666', `eu-west-1:${SOURCE}`)
      .replaceAll('444455556666:role/s3-batch', `${SOURCE}:role/s3-replication`)
      .replaceAll('octo-batch', 'octo-replication'),
  ),
);
const look = documented('service-role-look').map(one => ({ ...one, Resource: [ROLE, SOURCE_ROLE] }));

const REPLICATION: Play = {
  inputs: {
    engine: 'replication',
    'replication-role': ROLE,
    'work-location': 's3://octo-replication/sync',
    'enable-versioning': 'true',
  },
  work: { name: 'octo-replication', account: SOURCE, region: 'eu-west-1' },
  destination: { ownership: 'BucketOwnerPreferred' },
  holdings: [
    besides(
      ownPolicy('source role', SOURCE_ROLE, ...look, ...seeing('octo-source', 'octo-replication')),
      on('octo-source', 's3:ListBucket', 's3:ListBucketVersions'),
      on('octo-source/*', 's3:GetObjectVersion'),
      ...documented('replication-caller'),
      ...JOBS,
    ),
    besides(
      ownPolicy('destination role', DESTINATION_ROLE, ...seeing('octo-destination')),
      on('octo-destination', 's3:ListBucket', 's3:GetBucketVersioning', 's3:PutBucketVersioning'),
      on('octo-destination/*', 's3:GetObject'),
    ),
    bucketPolicy('destination bucket', 'octo-destination', ...documented('replication-destination')),
    trust('trust of the role', ROLE, ...documented('replication-trust')),
    ownPolicy('role', ROLE, ...documented('replication-role'), ...documented('replication-job')),
  ],
  furnish: from => {
    from.put('a', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  },
};

const SPARED: Spared = {
  'source role: s3:ListBucket on octo-source': {
    why: 'only HeadBucket asks for it, by which the owner is checked; versions are listed',
    ends: 'well',
  },
  'destination role: s3:PutBucketVersioning on octo-destination': {
    why: 'nobody can try it without doing it, and IAM is asked about the role and its caller only',
    ends: 'told',
  },
  'destination role: s3:GetObject on octo-destination/*': {
    why: 'asks whether a version has arrived that the listing does not show yet',
    ends: 'well',
  },
  'source role: s3:DeleteObject on octo-replication/sync/*': {
    why: 'only removes what the run has written there',
    ends: 'well',
  },
};

matrix('replication', REPLICATION, SPARED, { served: true });

const AS_A_SYNC_PUTS_IT: ReplicationRule = {
  id: ruleIdOf({ bucket: 'octo-destination', prefix: '' }),
  priority: 1,
  status: 'Enabled',
  filter: { prefix: '', tags: new Map(), and: false },
  deleteMarkers: 'Disabled',
  kmsObjects: undefined,
  replicaModifications: undefined,
  destination: {
    arn: 'arn:aws:s3:::octo-destination',
    account: DESTINATION,
    storageClass: undefined,
    ownerOverride: true,
    replicaKeyArn: undefined,
    time: undefined,
    metrics: undefined,
  },
};

matrix(
  'the health of replication',
  {
    inputs: { engine: 'replication', 'replication-role': ROLE },
    source: { versioning: 'Enabled' },
    destination: { versioning: 'Enabled', ownership: 'BucketOwnerEnforced' },
    holdings: [
      ownPolicy('source role', SOURCE_ROLE, ...documented('health-source')),
      ownPolicy('destination role', DESTINATION_ROLE, ...documented('health-destination')),
      ...REPLICATION.holdings.filter(({ whose }) => !whose.endsWith(' role')).map(whole),
    ],
    furnish: from => {
      from.replication = { role: ROLE, rules: [AS_A_SYNC_PUTS_IT] };
    },
  },
  {
    'source role: s3:ListBucket on octo-source': {
      why: 'only HeadBucket asks for it, by which the owner is checked; versions are listed',
      ends: 'well',
    },
    'source role: s3:GetObjectVersion on octo-source/*': {
      why: 'docs/permissions.md, "S3 Replication": to see what is pending',
      ends: 'well',
    },
  },
  { mode: 'health' },
);

const keys = documented('replication-kms');
const encrypting = keys.find(({ Sid }) => Sid === 'S3SyncReplicationEncrypts');
if (encrypting === undefined) throw new Error('There is a statement.');

const UNSEEN = 'docs/permissions.md, "Looking at service roles": the policies of keys stay open';

matrix(
  'replication from and to keys of KMS',
  {
    ...REPLICATION,
    inputs: { ...REPLICATION.inputs, encryption: 'aws:kms', 'kms-key': DESTINATION_KEY },
    source: { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } },
    destination: {
      ...REPLICATION.destination,
      encryption: { algorithm: 'aws:kms', keyArn: DESTINATION_KEY },
    },
    keys: [SOURCE_KEY, DESTINATION_KEY],
    holdings: [
      ...REPLICATION.holdings.map(one => (one.whose === 'role' ? besides(one, ...keys) : whole(one))),
      keyPolicy('key of the destination', DESTINATION_KEY, ROLE, encrypting),
    ],
  },
  {
    'role: kms:Decrypt': { why: UNSEEN, ends: 'told' },
    'key of the destination: kms:Encrypt': { why: UNSEEN, ends: 'told' },
    'key of the destination: kms:Decrypt': { why: 'only with a key of the bucket', ends: 'well' },
    'key of the destination: kms:GenerateDataKey': {
      why: 'only for what has no encryption at the source',
      ends: 'well',
    },
  },
  { served: true },
);

matrix(
  'replication of delete markers, with time control',
  {
    ...REPLICATION,
    inputs: {
      ...REPLICATION.inputs,
      'replication-delete-markers': 'true',
      'replication-time-control': 'true',
    },
    holdings: REPLICATION.holdings.map(one => (one.whose === 'destination bucket' ? one : whole(one))),
  },
  {},
  { served: true },
);
