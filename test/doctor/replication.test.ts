/** Each permission that S3 Replication takes is missed by its name. */
import { documented } from '../documented.ts';
import { matrix, type Spared } from './matrix.ts';
import {
  besides,
  bucketPolicy,
  DESTINATION_ROLE,
  on,
  ownPolicy,
  type Play,
  SOURCE,
  SOURCE_ROLE,
  seeing,
  trust,
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
