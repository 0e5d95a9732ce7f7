/** Each permission that jobs of S3 Batch Operations take is missed by its name. */
import { documented, quickStart } from '../documented.ts';
import { matrix, type Spared } from './matrix.ts';
import { revokedMeanwhile } from './meanwhile.ts';
import {
  besides,
  bucketPolicy,
  DESTINATION,
  DESTINATION_KEY,
  DESTINATION_ROLE,
  keyPolicy,
  ownPolicy,
  type Play,
  SOURCE_KEY,
  SOURCE_ROLE,
  seeing,
  trust,
  whole,
} from './play.ts';

const ROLE = `arn:aws:iam::${DESTINATION}:role/s3-batch`;
const role = documented('batch-role');
const reads = role.filter(({ Sid }) => Sid === 'S3SyncBatchReads');
const look = documented('service-role-look').map(one => ({ ...one, Resource: [ROLE, DESTINATION_ROLE] }));

const caller = whole(
  ownPolicy(
    'destination role',
    DESTINATION_ROLE,
    ...quickStart('destination-permissions.json'),
    ...look,
    ...seeing('octo-destination', 'octo-batch'),
  ),
);
const ofBucket = whole(
  bucketPolicy('source bucket', 'octo-source', ...quickStart('source-bucket-policy.json')),
);
const ofSource = whole(
  ownPolicy('source role', SOURCE_ROLE, ...quickStart('source-permissions.json'), ...seeing('octo-source')),
);

const BATCH: Play = {
  inputs: { engine: 'batch', 'batch-role': ROLE, 'work-location': 's3://octo-batch/sync' },
  work: { name: 'octo-batch', account: DESTINATION, region: 'eu-central-1' },
  holdings: [
    ofSource,
    besides(caller, ...documented('batch-caller')),
    besides(ofBucket, ...reads.map(one => ({ ...one, Principal: { AWS: ROLE } }))),
    trust('trust of the role', ROLE, ...documented('batch-trust')),
    ownPolicy('role', ROLE, ...role),
  ],
  furnish: from => {
    from.put('a', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  },
};

const SPARED: Spared = {
  'destination role: s3:DeleteObject on octo-batch/sync/*': {
    why: 'only removes what the run has written there',
    ends: 'well',
  },
};

matrix('batch', BATCH, SPARED, { served: true });

revokedMeanwhile('reading is taken from the role of jobs', BATCH, 'role', { operation: 'CreateJob' });

const [decrypting] = documented('key-source');
if (decrypting === undefined) throw new Error('There is a statement.');

const KEYS: Play = {
  ...BATCH,
  source: { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } },
  destination: { encryption: { algorithm: 'aws:kms', keyArn: DESTINATION_KEY } },
  keys: [SOURCE_KEY, DESTINATION_KEY],
  holdings: [
    ofSource,
    besides(caller, ...documented('batch-caller')),
    besides(ofBucket, ...reads.map(one => ({ ...one, Principal: { AWS: ROLE } }))),
    trust('trust of the role', ROLE, ...documented('batch-trust')),
    besides(ownPolicy('role', ROLE, ...role), ...documented('batch-keys')),
    keyPolicy('key of the source', SOURCE_KEY, ROLE, decrypting),
  ].map((holding, index) => (index < 4 ? whole(holding) : holding)),
};

const UNSEEN = 'docs/permissions.md, "Looking at service roles": the policies of keys stay open';

matrix('batch from and to keys of KMS', KEYS, {
  'key of the source: kms:Decrypt': { why: UNSEEN, ends: 'told' },
  [`role: kms:Decrypt on key/${DESTINATION_KEY.split('/')[1]}`]: { why: UNSEEN, ends: 'well' },
  [`role: kms:GenerateDataKey on key/${DESTINATION_KEY.split('/')[1]}`]: { why: UNSEEN, ends: 'told' },
});
