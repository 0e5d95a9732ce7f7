/** Who may write and read what is encrypted: the questions S3 asks about KMS keys. */
import { ask } from './access.ts';
import type { Bucket } from './bucket.ts';
import type { Encryption } from './encryption.ts';
import type { Call } from './world.ts';

/**
 * Throws unless the caller may encrypt this object; parts of a multipart upload are also decrypted.
 * Source: API Reference, CreateMultipartUpload and UploadPartCopy, permissions.
 */
export async function demandEncryption(
  call: Call,
  bucket: Bucket,
  key: string,
  encryption: Encryption,
  inParts: boolean,
): Promise<void> {
  if (encryption.keyArn === undefined) return;
  const context = contextOf(bucket, key, encryption);
  await demandOnKey(call, encryption.keyArn, 'kms:GenerateDataKey', bucket, context);
  if (inParts) await demandOnKey(call, encryption.keyArn, 'kms:Decrypt', bucket, context);
}

/** Throws unless the caller may decrypt this object. */
export async function demandDecryption(
  call: Call,
  bucket: Bucket,
  key: string,
  encryption: Encryption,
): Promise<void> {
  if (encryption.keyArn === undefined) return;
  await demandOnKey(call, encryption.keyArn, 'kms:Decrypt', bucket, contextOf(bucket, key, encryption));
}

/** With a bucket key the encryption context is the bucket. Source: User Guide, bucket-key. */
const contextOf = (bucket: Bucket, key: string, encryption: Encryption): string =>
  encryption.bucketKey ? bucket.arn : `${bucket.arn}/${key}`;

/** Throws `AccessDenied` unless the caller may use the KMS key for an object. */
export async function demandOnKey(
  call: Call,
  keyArn: string,
  action: 'kms:Decrypt' | 'kms:Encrypt' | 'kms:GenerateDataKey',
  bucket: Bucket,
  encryptionContext: string,
): Promise<void> {
  const key = call.world.keys.find(keyArn, bucket.region);
  await ask(call, {
    action,
    resource: key.arn,
    resourceAccount: key.account,
    resourcePolicy: key.policy,
    context: {
      'kms:ViaService': `s3.${bucket.region}.amazonaws.com`,
      'kms:EncryptionContext:aws:s3:arn': encryptionContext,
      ...(call.request.caller && { 'kms:CallerAccount': call.request.caller.account }),
    },
  });
}
