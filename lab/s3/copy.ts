/** CopyObject. */
import type { LabResponse } from '../kinds.ts';
import { demandOnObject, versioned } from './access.ts';
import { ownerOnWrite } from './acl.ts';
import { attributesOf, demandWrite } from './attributes.ts';
import { checksumOf, checksumXml, requestedAlgorithm } from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { type Attributes, etagOf } from './object.ts';
import { type CopySource, copySource, sourceVersion } from './source.ts';
import type { BucketCall } from './world.ts';
import { MAX_SINGLE, tooLargeToCopy, writerOf, writtenHeaders } from './write.ts';
import { document, text } from './xml.ts';

export async function copyObject(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request, world } = call;
  const { headers } = request;
  const source = await copySource(call);
  const { object } = source;
  if (object.content.size > MAX_SINGLE) throw tooLargeToCopy();
  const attributes = await copiedAttributes(call, source);
  await demandWrite(call, attributes, { inParts: false });
  assertChange(call, source, attributes);
  assertWriteConditions(headers, key, bucket.get(key));
  const algorithm = requestedAlgorithm(headers);
  const stored = bucket.store({
    ...attributes,
    key,
    content: object.content,
    etag: etagOf(object.content, attributes.encryption, world.id),
    checksum: {
      ...checksumOf(object.content, algorithm ?? object.checksum?.algorithm),
      requested: algorithm !== undefined || object.checksum?.requested === true,
    },
    lastModified: world.now(),
    owner: ownerOnWrite(bucket, writerOf(call), attributes.grants),
  });
  return {
    status: 200,
    headers: { ...writtenHeaders(bucket, stored), ...sourceVersion(source) },
    body: document(
      'CopyObjectResult',
      text('LastModified', stored.lastModified),
      text('ETag', `"${stored.etag}"`),
      checksumXml(stored.checksum),
    ),
  };
}

/**
 * What the copy gets from the source, and what from the request: metadata and tags as their directives say, all else
 * from the request alone.
 * Source: API model, CopyObjectRequest; User Guide, copy-object.
 */
async function copiedAttributes(call: BucketCall, source: CopySource): Promise<Attributes> {
  const { headers } = call.request;
  const { object } = source;
  const asked = attributesOf(call, call.bucket);
  const replacesMetadata = directive(headers, 'x-amz-metadata-directive') === 'REPLACE';
  const replacesTags = directive(headers, 'x-amz-tagging-directive') === 'REPLACE';
  if (!replacesTags && object.tags.size > 0) {
    const action = versioned('s3:GetObjectTagging', source.versionId);
    await demandOnObject(call, source.bucket, object.key, action, { object });
  }
  return {
    ...asked,
    ...(!replacesMetadata && { metadata: object.metadata, headers: object.headers }),
    ...(!replacesTags && { tags: object.tags }),
  };
}

function directive(headers: Readonly<Record<string, string>>, name: string): 'COPY' | 'REPLACE' {
  const value = headers[name] ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw invalidArgument('Unknown metadata directive.', name, value);
}

/** A copy of an object onto itself must change something; an older version is a change. */
function assertChange(
  { bucket, key, request }: BucketCall,
  source: CopySource,
  attributes: Attributes,
): void {
  const { object } = source;
  const itself = source.bucket === bucket && object.key === key && object === bucket.get(key);
  if (!itself) return;
  const changes =
    request.headers['x-amz-metadata-directive'] === 'REPLACE' ||
    request.headers['x-amz-server-side-encryption'] !== undefined ||
    request.headers['x-amz-checksum-algorithm'] !== undefined ||
    attributes.storageClass !== object.storageClass ||
    attributes.redirect !== undefined;
  if (changes) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
