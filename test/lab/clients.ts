/** Real clients, pointed at the lab. */
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { AccessKey } from '../../lab/iam/keys.ts';

export function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: AccessKey) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** An S3 client that tries once, so that a test sees the first answer. */
export function s3Client(endpoint: string, key: AccessKey, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials: credentialsOf(key),
    maxAttempts: 1,
    ...config,
  });
}

export function stsClient(endpoint: string, key?: AccessKey, config: STSClientConfig = {}): STSClient {
  return new STSClient({
    endpoint,
    region: 'eu-west-1',
    maxAttempts: 1,
    ...(key && { credentials: credentialsOf(key) }),
    ...config,
  });
}

export function iamClient(endpoint: string, key: AccessKey): IAMClient {
  return new IAMClient({
    endpoint,
    region: 'us-east-1',
    credentials: credentialsOf(key),
    maxAttempts: 1,
  });
}
