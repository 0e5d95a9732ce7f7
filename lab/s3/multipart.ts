/** Multipart uploads from their start to the last part; see complete.ts for their end. */
import type { LabResponse } from '../kinds.ts';
import { demandOnObject, uploadOf } from './access.ts';
import { ownerOnWrite } from './acl.ts';
import { attributesOf, demandWrite } from './attributes.ts';
import { checksumHeaders, checksumTag, checksumTypeOf, requestedAlgorithm } from './checksums.ts';
import { Content, lowerCase } from './content.ts';
import { assertCustomerKey, encryptionHeaders } from './encryption.ts';
import { invalidArgument, invalidRequest, S3Error } from './errors.ts';
import { demandEncryption } from './key-access.ts';
import { etagOf, toSecond } from './object.ts';
import { copyRange } from './range.ts';
import { copySource, sourceVersion } from './source.ts';
import type { Upload, UploadedPart } from './upload.ts';
import type { BucketCall } from './world.ts';
import { MAX_SINGLE, tooLargeToCopy, writerOf } from './write.ts';
import { document, text } from './xml.ts';

const MAX_PARTS = 10_000;
/** Smaller sources cannot be copied by ranges. */
const MIN_RANGE_SOURCE = 5 * 1024 * 1024;

export async function createMultipartUpload(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request, world } = call;
  const attributes = attributesOf(call, bucket);
  await demandWrite(call, attributes, { inParts: true });
  const checksum = askedChecksum(request.headers);
  const upload: Upload = {
    id: world.id(),
    key,
    initiated: toSecond(world.now()),
    initiator: request.caller,
    owner: ownerOnWrite(bucket, writerOf(call), attributes.grants),
    attributes,
    ...(checksum && { checksum }),
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return {
    status: 200,
    headers: {
      ...encryptionHeaders(attributes.encryption),
      ...(checksum && {
        'x-amz-checksum-algorithm': checksum.algorithm,
        'x-amz-checksum-type': checksum.type,
      }),
    },
    body: document(
      'InitiateMultipartUploadResult',
      text('Bucket', bucket.name),
      text('Key', key),
      text('UploadId', upload.id),
    ),
  };
}

function askedChecksum(headers: Readonly<Record<string, string>>): Upload['checksum'] {
  const algorithm = requestedAlgorithm(headers);
  return algorithm && { algorithm, type: checksumTypeOf(algorithm, headers['x-amz-checksum-type']) };
}

export async function uploadPart(call: BucketCall): Promise<LabResponse> {
  const { request } = call;
  const upload = uploadOf(call);
  await demandPart(call, upload);
  assertSameAlgorithm(request.headers, upload);
  const part = addPart(call, upload, Content.of(call.content ?? request.body));
  return {
    status: 200,
    headers: {
      ...encryptionHeaders(upload.attributes.encryption),
      ...partChecksum(part, upload),
      etag: `"${part.etag}"`,
    },
  };
}

export async function uploadPartCopy(call: BucketCall): Promise<LabResponse> {
  const { request } = call;
  const upload = uploadOf(call);
  const source = await copySource(call);
  await demandPart(call, upload);
  const part = addPart(call, upload, copiedRange(source.object.content, request.headers));
  return {
    status: 200,
    headers: { ...encryptionHeaders(upload.attributes.encryption), ...sourceVersion(source) },
    body: document(
      'CopyPartResult',
      text('LastModified', part.lastModified),
      text('ETag', `"${part.etag}"`),
      upload.checksum ? text(checksumTag(upload.checksum.algorithm), part.checksum) : '',
    ),
  };
}

/** Source: API model, UploadPartCopyRequest.CopySourceRange. */
function copiedRange(content: Content, headers: Readonly<Record<string, string>>): Content {
  const header = headers['x-amz-copy-source-range'];
  const range = header === undefined ? { start: 0, end: content.size } : copyRange(header, content.size);
  if (header !== undefined && content.size <= MIN_RANGE_SOURCE) {
    throw invalidRequest('The specified copy source is not supported as a byte-range copy source');
  }
  if (range.end - range.start > MAX_SINGLE) throw tooLargeToCopy();
  return content.range(range.start, range.end);
}

async function demandPart(call: BucketCall, upload: Upload): Promise<void> {
  const { encryption } = upload.attributes;
  await demandOnObject(call, call.bucket, call.key, 's3:PutObject');
  await demandEncryption(call, call.bucket, call.key, encryption, true);
  assertCustomerKey(call.request.headers, encryption, 'object');
}

function addPart({ request, world }: BucketCall, upload: Upload, content: Content): UploadedPart {
  const given = request.query.get('partNumber') ?? '';
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      given,
    );
  }
  if (content.size > MAX_SINGLE) {
    throw new S3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: content.size,
      MaxSizeAllowed: MAX_SINGLE,
    });
  }
  const part: UploadedPart = {
    number,
    size: content.size,
    etag: etagOf(content, upload.attributes.encryption, world.id),
    ...(upload.checksum && { checksum: content.checksum(upload.checksum.algorithm) }),
    content,
    lastModified: toSecond(world.now()),
  };
  upload.parts.set(number, part);
  return part;
}

/** Parts carry the checksum the upload was started with; an upload started without one takes any. */
function assertSameAlgorithm(headers: Readonly<Record<string, string>>, upload: Upload): void {
  const expected = upload.checksum?.algorithm;
  const actual = requestedAlgorithm(headers);
  if (expected === undefined || expected === actual) return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${lowerCase(expected)}, actual checksum Type: ${actual ? lowerCase(actual) : 'null'}`,
  );
}

function partChecksum(part: UploadedPart, upload: Upload): Record<string, string> {
  if (!upload.checksum || part.checksum === undefined) return {};
  const { 'x-amz-checksum-type': _, ...header } = checksumHeaders({
    ...upload.checksum,
    value: part.checksum,
    requested: true,
  });
  return header;
}
