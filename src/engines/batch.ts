/**
 * Jobs that copy: one CopyObject for each object, in the account and Region of the destination, all with the same settings.
 * (S3 User Guide, "Copy objects"; S3 API, S3CopyObjectOperation.)
 */
import type {
  S3CannedAccessControlList,
  S3CopyObjectOperation,
  S3StorageClass,
} from '@aws-sdk/client-s3-control';
import { troubleOf } from '../aws/trouble.ts';
import type { Outcome } from '../model/outcome.ts';
import type { CopyItem } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import { bytes } from '../report/text.ts';
import type { Bucket } from '../s3/bucket.ts';
import { SINGLE_COPY_BYTES } from '../s3/copy.ts';
import { isGone } from '../s3/head.ts';
import { encodeKey } from '../s3/keys.ts';
import type { Ground } from '../s3control/ground.ts';
import type { TaskResult } from '../s3control/report.ts';
import { targetFolder } from '../target-folder.ts';
import type { Engine } from './engine.ts';
import { createJobEngine } from './jobs/engine.ts';
import type { JobKind } from './jobs/kind.ts';
import { type JobEngineOptions, LABEL } from './jobs/options.ts';
import { explain } from './outcome.ts';

export interface BatchEngineOptions extends Omit<JobEngineOptions, 'kind'> {
  /** Canned, for every copy. */
  readonly acl: string | undefined;
  /** What the destination encrypts with by default, as far as that is known. */
  readonly byDefault: string | undefined;
}

export function createBatchEngine(options: BatchEngineOptions): Engine {
  return createJobEngine({ ...options, kind: copying(options) });
}

function copying(options: BatchEngineOptions): JobKind {
  const { settings, ground, source } = options;
  const { bucket } = source.location;
  return {
    name: 'batch',
    operation: { S3PutObjectCopy: copyOperation(settings, ground, options) },
    fields: ['Bucket', 'Key'],
    lineOf: ({ source: { key } }) => `${bucket},${encodeKey(source.fullKey(key))}\n`,
    hindrance: ({ source: { size } }) =>
      size > SINGLE_COPY_BYTES ? `is larger than ${bytes(SINGLE_COPY_BYTES)}` : undefined,
    succeeded: ({ key, source: { size } }) => ({ key, result: 'copied', bytes: size, requestId: undefined }),
    failed: (item, result) => outcomeOf(item, result, settings, source),
  };
}

/** All that each copy gets. What is absent is as with CopyObject: tags of the source, STANDARD, the bucket's encryption. */
export function copyOperation(
  settings: Pick<
    Settings,
    'source' | 'destination' | 'preserve' | 'storageClass' | 'encryption' | 'kmsKey' | 'requestPayer'
  >,
  { partition, destination }: Pick<Ground, 'partition' | 'destination'>,
  { acl, byDefault }: Pick<BatchEngineOptions, 'acl' | 'byDefault'>,
): S3CopyObjectOperation {
  const { preserve, storageClass, requestPayer } = settings;
  const folder = targetFolder(settings.source.location.prefix, settings.destination.location.prefix);
  if (folder === undefined) throw new RangeError('The settings were not checked.');
  return {
    TargetResource: `arn:${partition}:s3:::${destination.bucket}`,
    ...(folder !== '' && { TargetKeyPrefix: folder }),
    MetadataDirective: 'COPY',
    ...encrypting(settings, byDefault),
    ...(!preserve.has('tags') && { NewObjectTagging: [] }),
    ...(storageClass !== undefined && { StorageClass: storageClass as S3StorageClass }),
    ...(acl !== undefined && { CannedAccessControlList: acl as S3CannedAccessControlList }),
    ...(requestPayer && { RequesterPays: true }),
  };
}

/**
 * The algorithm alone stands among the new metadata of the copies, and AWS does not say that metadata of the source is still
 * copied where there is new one. So it is named only where nothing else says the same: a key does, and a bucket that
 * encrypts so by itself. (S3 API, S3CopyObjectOperation and S3ObjectMetadata.)
 */
function encrypting(
  { encryption, kmsKey }: Pick<Settings, 'encryption' | 'kmsKey'>,
  byDefault: string | undefined,
): Pick<S3CopyObjectOperation, 'NewObjectMetadata' | 'SSEAwsKmsKeyId'> {
  if (kmsKey !== undefined) return { SSEAwsKmsKeyId: kmsKey };
  if (encryption === undefined || (encryption === 'AES256' && byDefault === 'AES256')) return {};
  return { NewObjectMetadata: { SSEAlgorithm: encryption === 'AES256' ? 'AES256' : 'KMS' } };
}

async function outcomeOf(
  item: CopyItem,
  { code, status, message }: TaskResult,
  { archived }: Settings,
  source: Bucket,
): Promise<Outcome> {
  const words = `${LABEL}: ${message || 'it does not say why.'}`;
  const error = Object.assign(new Error(words), {
    ...(code !== '' && { Code: code }),
    $metadata: { httpStatusCode: status },
  });
  const trouble = troubleOf(error);
  const { key } = item;
  const requestId = undefined;
  // Something else of the same words can be missing, too; and a role that may not list is denied what is not there.
  const mayBeGone = trouble.kind === 'absent' || trouble.kind === 'denied';
  if (mayBeGone && (await isGone(source, item.source)))
    return { key, result: 'skipped', reason: 'vanished', requestId };
  // What no request of this kind can succeed with was tried with all of them: nothing is left to be stopped.
  if (trouble.kind === 'configuration')
    return { key, result: 'failed', reason: 'error', code: trouble.code, message: words, requestId };
  return explain(key, error, archived === 'fail' ? 'fail' : 'skip');
}
