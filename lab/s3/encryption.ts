/** Server-side encryption: what an object gets, and what requests and answers say of it. */
import type { LabRequest } from '../kinds.ts';
import { accessDenied, invalidArgument, invalidRequest } from './errors.ts';
import type { KmsKeys } from './kms.ts';

export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** The KMS key, always as a full ARN. */
  readonly keyArn?: string;
  readonly bucketKey?: boolean;
  /** SSE-C: S3 remembers the customer's key by its MD5 alone. */
  readonly customerKeyMd5?: string;
}

/** What a bucket gives to objects that ask for nothing. */
export interface DefaultEncryption {
  readonly algorithm: Encryption['algorithm'];
  /** Without one, `aws:kms` takes the key `aws/s3` of whoever writes. */
  readonly keyArn?: string;
  readonly bucketKey?: boolean;
  readonly blocksCustomerKeys?: boolean;
}

/** What matters here of a bucket. */
interface Encrypting {
  readonly account: string;
  readonly region: string;
  readonly encryption: DefaultEncryption;
}

type Headers = Readonly<Record<string, string>>;

const SSE = 'x-amz-server-side-encryption';
const KEY_ID = 'x-amz-server-side-encryption-aws-kms-key-id';
const BUCKET_KEY = 'x-amz-server-side-encryption-bucket-key-enabled';
const CUSTOMER = 'x-amz-server-side-encryption-customer';
const COPY_SOURCE_CUSTOMER = 'x-amz-copy-source-server-side-encryption-customer';

/** The encryption a write asks for, or else the bucket's default. */
export function encryptionOf(bucket: Encrypting, { headers, caller }: LabRequest, keys: KmsKeys): Encryption {
  const customerKeyMd5 = customerKey(headers, CUSTOMER);
  if (customerKeyMd5 !== undefined) {
    if (bucket.encryption.blocksCustomerKeys) throw accessDenied();
    return { algorithm: 'AES256', customerKeyMd5 };
  }
  const writer = caller?.account ?? bucket.account;
  const asked = headers[SSE];
  if (asked === undefined) return defaultEncryption(bucket, writer, keys, headers[BUCKET_KEY]);
  if (asked !== 'AES256' && asked !== 'aws:kms' && asked !== 'aws:kms:dsse') {
    throw invalidArgument('The encryption method specified is not supported', SSE, asked);
  }
  if (asked === 'AES256') {
    if (headers[KEY_ID] === undefined) return { algorithm: asked };
    throw invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      SSE,
      asked,
    );
  }
  const keyArn =
    headers[KEY_ID] === undefined
      ? keys.managed(writer, bucket.region).arn
      : keyArnOf(headers[KEY_ID], writer, bucket.region);
  return { algorithm: asked, keyArn, ...bucketKeyOf(asked, headers[BUCKET_KEY], bucket) };
}

/** The bucket's default, as `writer` gets it. */
export function defaultEncryption(
  bucket: Encrypting,
  writer: string,
  keys: KmsKeys,
  askedBucketKey?: string,
): Encryption {
  const { algorithm, keyArn } = bucket.encryption;
  if (algorithm === 'AES256') return { algorithm };
  return {
    algorithm,
    keyArn: keyArn ?? keys.managed(writer, bucket.region).arn,
    ...bucketKeyOf(algorithm, askedBucketKey, bucket),
  };
}

/** A bare id is one of the caller's own keys. Source: User Guide, bucket-encryption. */
const keyArnOf = (id: string, account: string, region: string): string =>
  id.startsWith('arn:') ? id : `arn:aws:kms:${region}:${account}:key/${id}`;

function bucketKeyOf(algorithm: Encryption['algorithm'], asked: string | undefined, bucket: Encrypting) {
  const enabled = asked === undefined ? bucket.encryption.bucketKey === true : asked === 'true';
  return enabled && algorithm === 'aws:kms' ? { bucketKey: true } : {};
}

/** The MD5 of the customer's key in a request; the key's own consistency is checked. */
function customerKey(headers: Headers, prefix: string): string | undefined {
  const algorithm = headers[`${prefix}-algorithm`];
  const md5 = headers[`${prefix}-key-md5`];
  if (algorithm === undefined) return undefined;
  if (algorithm !== 'AES256' || headers[`${prefix}-key`] === undefined || md5 === undefined) {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.',
      `${prefix}-key`,
      'null',
    );
  }
  return md5;
}

/** SSE-C: whoever reads must bring the key the object was written with. */
export function assertCustomerKey(
  headers: Headers,
  encryption: Encryption,
  source: 'object' | 'copy source',
): void {
  const given = customerKey(headers, source === 'object' ? CUSTOMER : COPY_SOURCE_CUSTOMER);
  if (given === encryption.customerKeyMd5) return;
  if (encryption.customerKeyMd5 === undefined) {
    throw invalidRequest('The encryption parameters are not applicable to this object.');
  }
  if (given !== undefined) throw accessDenied();
  throw invalidRequest(
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
  );
}

/** Reads take no encryption headers but the customer's. Source: API Reference, HeadObject. */
export function assertNoEncryptionHeaders(headers: Headers): void {
  if (headers[SSE] === undefined) return;
  throw invalidArgument(`${SSE} header is not supported for this operation.`, SSE, headers[SSE]);
}

export function encryptionHeaders(encryption: Encryption): Record<string, string> {
  if (encryption.customerKeyMd5 !== undefined) {
    return { [`${CUSTOMER}-algorithm`]: 'AES256', [`${CUSTOMER}-key-md5`]: encryption.customerKeyMd5 };
  }
  return {
    [SSE]: encryption.algorithm,
    ...(encryption.keyArn !== undefined && { [KEY_ID]: encryption.keyArn }),
    ...(encryption.bucketKey && { [BUCKET_KEY]: 'true' }),
  };
}
