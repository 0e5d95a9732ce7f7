/** What can be read and set about a bucket as a small XML document; its policy is JSON and has bucket-policy.ts. */
import type { LabResponse } from '../kinds.ts';
import { demandOnBucket } from './access.ts';
import { aclXml } from './acl.ts';
import type { Bucket, ObjectLock, PublicAccessBlock } from './bucket.ts';
import { ownershipOf } from './buckets.ts';
import type { DefaultEncryption } from './encryption.ts';
import { accessDenied, malformedXml, S3Error } from './errors.ts';
import { parseTagging, tagSetXml } from './tags.ts';
import type { BucketCall } from './world.ts';
import { document, element, parse, text, type Xml } from './xml.ts';

type Operation = (call: BucketCall) => Promise<LabResponse>;

const reads =
  (action: string, read: (bucket: Bucket) => string): Operation =>
  async call => {
    await demandOnBucket(call, call.bucket, action);
    return { status: 200, body: read(call.bucket) };
  };

const writes =
  (action: string, root: string, write: (bucket: Bucket, given: Xml) => void): Operation =>
  async call => {
    await demandOnBucket(call, call.bucket, action);
    const given = parse(call.request.body, root);
    if (!given) throw malformedXml();
    write(call.bucket, given);
    return { status: 200 };
  };

const removes =
  (action: string, remove: (bucket: Bucket) => void): Operation =>
  async call => {
    await demandOnBucket(call, call.bucket, action);
    remove(call.bucket);
    return { status: 204 };
  };

/** One operation a name; the actions are those of the User Guide, using-with-s3-policy-actions. */
export const configurationOperations: Readonly<Record<string, Operation>> = {
  GetBucketVersioning: reads('s3:GetBucketVersioning', bucket =>
    document('VersioningConfiguration', text('Status', bucket.versioning)),
  ),
  PutBucketVersioning: writes('s3:PutBucketVersioning', 'VersioningConfiguration', setVersioning),

  GetBucketEncryption: reads('s3:GetEncryptionConfiguration', encryptionXml),
  PutBucketEncryption: writes(
    's3:PutEncryptionConfiguration',
    'ServerSideEncryptionConfiguration',
    (bucket, given) => {
      bucket.encryption = encryptionFrom(given);
    },
  ),
  DeleteBucketEncryption: removes('s3:PutEncryptionConfiguration', bucket => {
    bucket.encryption = { algorithm: 'AES256' };
  }),

  GetBucketOwnershipControls: reads('s3:GetBucketOwnershipControls', ownershipXml),
  PutBucketOwnershipControls: writes(
    's3:PutBucketOwnershipControls',
    'OwnershipControls',
    (bucket, given) => {
      bucket.ownership = ownershipOf(given.child('Rule')?.text('ObjectOwnership') ?? '');
    },
  ),
  DeleteBucketOwnershipControls: removes('s3:PutBucketOwnershipControls', bucket => {
    bucket.ownership = undefined;
  }),

  GetObjectLockConfiguration: reads('s3:GetBucketObjectLockConfiguration', objectLockXml),
  PutObjectLockConfiguration: writes(
    's3:PutBucketObjectLockConfiguration',
    'ObjectLockConfiguration',
    setObjectLock,
  ),

  GetBucketRequestPayment: reads('s3:GetBucketRequestPayment', bucket =>
    document('RequestPaymentConfiguration', text('Payer', bucket.requestPayer)),
  ),
  PutBucketRequestPayment: writes(
    's3:PutBucketRequestPayment',
    'RequestPaymentConfiguration',
    (bucket, given) => {
      bucket.requestPayer = oneOf(['BucketOwner', 'Requester'], given.text('Payer'));
    },
  ),

  GetPublicAccessBlock: reads('s3:GetBucketPublicAccessBlock', publicAccessXml),
  PutPublicAccessBlock: writes(
    's3:PutBucketPublicAccessBlock',
    'PublicAccessBlockConfiguration',
    (bucket, given) => {
      bucket.publicAccessBlock = publicAccessFrom(given);
    },
  ),
  DeletePublicAccessBlock: removes('s3:PutBucketPublicAccessBlock', bucket => {
    bucket.publicAccessBlock = undefined;
  }),

  GetBucketTagging: reads('s3:GetBucketTagging', bucket => {
    if (bucket.tags.size === 0) throw absent(bucket, 'NoSuchTagSet', 'The TagSet does not exist');
    return document('Tagging', tagSetXml(bucket.tags));
  }),
  PutBucketTagging: writes('s3:PutBucketTagging', 'Tagging', (bucket, given) => {
    bucket.tags = parseTagging(given, 'bucket');
  }),
  DeleteBucketTagging: removes('s3:PutBucketTagging', bucket => {
    bucket.tags = new Map();
  }),

  GetBucketAcl: reads('s3:GetBucketAcl', bucket =>
    document('AccessControlPolicy', aclXml(bucket.account, [])),
  ),

  GetBucketLocation: async call => {
    const { bucket, request } = call;
    // From another Region the bucket's policy is not looked at: only its own account gets an answer.
    const elsewhere = request.scope !== undefined && request.scope.region !== bucket.region;
    if (elsewhere && request.caller?.account !== bucket.account) throw accessDenied();
    await demandOnBucket(call, bucket, 's3:GetBucketLocation');
    return {
      status: 200,
      body: document('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region),
    };
  },
};

const absent = (bucket: Bucket, code: string, message: string): S3Error =>
  new S3Error(404, code, message, { BucketName: bucket.name });

function oneOf<T extends string>(known: readonly T[], given: string | undefined): T {
  const found = known.find(value => value === given);
  if (found === undefined) throw malformedXml();
  return found;
}

function setVersioning(bucket: Bucket, given: Xml): void {
  const status = oneOf(['Enabled', 'Suspended'], given.text('Status'));
  const holder = (bucket.objectLock && 'An Object Lock') || (bucket.replication && 'A replication');
  if (holder && status === 'Suspended') {
    throw new S3Error(
      409,
      'InvalidBucketState',
      `${holder} configuration is present on this bucket, so the versioning state cannot be changed.`,
    );
  }
  bucket.versioning = status;
}

function encryptionXml({ encryption }: Bucket): string {
  return document(
    'ServerSideEncryptionConfiguration',
    element(
      'Rule',
      element(
        'ApplyServerSideEncryptionByDefault',
        text('SSEAlgorithm', encryption.algorithm),
        text('KMSMasterKeyID', encryption.keyArn),
      ),
      text('BucketKeyEnabled', encryption.bucketKey === true),
      element(
        'BlockedEncryptionTypes',
        text('EncryptionType', encryption.blocksCustomerKeys ? 'SSE-C' : 'NONE'),
      ),
    ),
  );
}

function encryptionFrom(given: Xml): DefaultEncryption {
  const rule = given.child('Rule');
  const chosen = rule?.child('ApplyServerSideEncryptionByDefault');
  const keyArn = chosen?.text('KMSMasterKeyID');
  const blocked = rule?.child('BlockedEncryptionTypes')?.text('EncryptionType');
  return {
    algorithm: chosen ? oneOf(['AES256', 'aws:kms', 'aws:kms:dsse'], chosen.text('SSEAlgorithm')) : 'AES256',
    ...(keyArn !== undefined && { keyArn }),
    bucketKey: rule?.text('BucketKeyEnabled') === 'true',
    blocksCustomerKeys: blocked === 'SSE-C',
  };
}

function ownershipXml(bucket: Bucket): string {
  if (!bucket.ownership) {
    throw absent(bucket, 'OwnershipControlsNotFoundError', 'The bucket ownership controls were not found');
  }
  return document('OwnershipControls', element('Rule', text('ObjectOwnership', bucket.ownership)));
}

function objectLockXml(bucket: Bucket): string {
  if (!bucket.objectLock) {
    throw absent(
      bucket,
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    );
  }
  const { rule } = bucket.objectLock;
  return document(
    'ObjectLockConfiguration',
    text('ObjectLockEnabled', 'Enabled'),
    rule
      ? element(
          'Rule',
          element(
            'DefaultRetention',
            text('Mode', rule.mode),
            text('Days', rule.days),
            text('Years', rule.years),
          ),
        )
      : '',
  );
}

function setObjectLock(bucket: Bucket, given: Xml): void {
  if (bucket.versioning !== 'Enabled') {
    throw new S3Error(
      409,
      'InvalidBucketState',
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  }
  bucket.objectLock = objectLockFrom(given.child('Rule')?.child('DefaultRetention'));
}

function objectLockFrom(retention: Xml | undefined): ObjectLock {
  if (!retention) return {};
  const days = retention.text('Days');
  const years = retention.text('Years');
  if ((days === undefined) === (years === undefined)) throw malformedXml();
  return {
    rule: {
      mode: oneOf(['GOVERNANCE', 'COMPLIANCE'], retention.text('Mode')),
      ...(days !== undefined && { days: Number(days) }),
      ...(years !== undefined && { years: Number(years) }),
    },
  };
}

const SETTINGS = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const;

function publicAccessXml(bucket: Bucket): string {
  const settings = bucket.publicAccessBlock;
  if (!settings) {
    throw absent(
      bucket,
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
    );
  }
  return document('PublicAccessBlockConfiguration', ...SETTINGS.map(name => text(name, settings[name])));
}

function publicAccessFrom(given: Xml): PublicAccessBlock {
  const on = (name: (typeof SETTINGS)[number]) => given.text(name)?.toLowerCase() === 'true';
  return {
    BlockPublicAcls: on('BlockPublicAcls'),
    IgnorePublicAcls: on('IgnorePublicAcls'),
    BlockPublicPolicy: on('BlockPublicPolicy'),
    RestrictPublicBuckets: on('RestrictPublicBuckets'),
  };
}
