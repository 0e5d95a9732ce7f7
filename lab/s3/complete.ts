/** How a multipart upload ends: completed into an object, or aborted. */
import type { LabResponse } from '../kinds.ts';
import { demandOnObject, uploadOf } from './access.ts';
import {
  checksumOf,
  checksumTag,
  checksumXml,
  compositeChecksum,
  DEFAULT_ALGORITHM,
  givenChecksum,
} from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { Content, lowerCase } from './content.ts';
import { invalidRequest, malformedXml, S3Error } from './errors.ts';
import { type Checksum, multipartEtag } from './object.ts';
import type { Upload, UploadedPart } from './upload.ts';
import type { BucketCall } from './world.ts';
import { writtenHeaders } from './write.ts';
import { document, parse, text, type Xml } from './xml.ts';

const MIN_PART = 5 * 1024 * 1024;

export async function completeMultipartUpload(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request } = call;
  const { headers } = request;
  await demandOnObject(call, bucket, key, 's3:PutObject');
  if (headers['if-match'] !== undefined) await demandOnObject(call, bucket, key, 's3:GetObject');
  const upload = uploadOf(call);
  const parts = listedParts(request.body, upload);
  assertSizes(parts);
  const content = Content.join(parts.map(part => part.content));
  assertTotal(headers['x-amz-mp-object-size'], content);
  const checksum = finalChecksum(headers, upload, parts, content);
  assertWriteConditions(headers, key, bucket.get(key));
  const stored = bucket.store({
    ...upload.attributes,
    key,
    content,
    etag: multipartEtag(parts),
    checksum,
    parts: parts.map(({ size, etag, checksum: sum }, index) => ({
      number: index + 1,
      size,
      etag,
      ...(sum !== undefined && { checksum: sum }),
    })),
    lastModified: upload.initiated,
    owner: upload.owner,
  });
  bucket.uploads.delete(upload.id);
  return {
    status: 200,
    headers: writtenHeaders(bucket, stored),
    body: document(
      'CompleteMultipartUploadResult',
      text('Location', `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(key)}`),
      text('Bucket', bucket.name),
      text('Key', key),
      text('ETag', `"${stored.etag}"`),
      checksumXml(checksum),
    ),
  };
}

/** The parts the request lists, each held against the one uploaded. */
function listedParts(body: Buffer, upload: Upload): readonly UploadedPart[] {
  const listed = parse(body, 'CompleteMultipartUpload')?.all('Part') ?? [];
  if (listed.length === 0) throw malformedXml();
  let previous = 0;
  return listed.map(entry => {
    const number = Number(entry.text('PartNumber'));
    // With a checksum asked for, numbers must also follow each other without gaps.
    if (!(number > previous) || (upload.checksum && number !== previous + 1)) throw invalidOrder(upload);
    previous = number;
    return listedPart(entry, number, upload);
  });
}

function listedPart(entry: Xml, number: number, upload: Upload): UploadedPart {
  const part = upload.parts.get(number);
  const etag = (entry.text('ETag') ?? '').replace(/^"|"$/g, '');
  if (!part || part.etag !== etag) throw invalidPart(upload, number, etag);
  if (!upload.checksum) return part;
  const given = entry.text(checksumTag(upload.checksum.algorithm));
  if (given === undefined && upload.checksum.type === 'COMPOSITE') {
    const name = lowerCase(upload.checksum.algorithm);
    throw invalidRequest(
      `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  if (given !== undefined && given !== part.checksum) throw invalidPart(upload, number, etag);
  return part;
}

const invalidPart = (upload: Upload, number: number, etag: string): S3Error =>
  new S3Error(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: upload.id, PartNumber: number, ETag: etag },
  );

const invalidOrder = (upload: Upload): S3Error =>
  new S3Error(
    400,
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    { UploadId: upload.id },
  );

function assertSizes(parts: readonly UploadedPart[]): void {
  const small = parts.slice(0, -1).find(part => part.size < MIN_PART);
  if (!small) return;
  throw new S3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    ProposedSize: small.size,
    MinSizeAllowed: MIN_PART,
    PartNumber: small.number,
    ETag: small.etag,
  });
}

function assertTotal(given: string | undefined, content: Content): void {
  if (given === undefined || Number(given) === content.size) return;
  throw invalidRequest(
    `The provided 'x-amz-mp-object-size' header value ${given} does not match what was computed: ${content.size}`,
  );
}

/** Source: User Guide, checking-object-integrity-upload; API model, CompleteMultipartUploadRequest. */
function finalChecksum(
  headers: Readonly<Record<string, string>>,
  upload: Upload,
  parts: readonly UploadedPart[],
  content: Content,
): Checksum {
  const { algorithm, type } = upload.checksum ?? { algorithm: DEFAULT_ALGORITHM, type: 'FULL_OBJECT' };
  const askedType = headers['x-amz-checksum-type'];
  if (askedType !== undefined && askedType !== type) throw badDigest(`checksum type ${askedType}`);
  const checksum =
    type === 'COMPOSITE'
      ? compositeChecksum(algorithm, parts)
      : { ...checksumOf(content, algorithm), requested: upload.checksum !== undefined };
  const given = givenChecksum(headers, algorithm);
  if (given !== undefined && given.replace(/-\d+$/, '') !== checksum.value.replace(/-\d+$/, '')) {
    throw badDigest(algorithm);
  }
  return checksum;
}

const badDigest = (what: string): S3Error =>
  new S3Error(400, 'BadDigest', `The ${what} you specified did not match the calculated checksum.`);

export async function abortMultipartUpload(call: BucketCall): Promise<LabResponse> {
  const { bucket, key } = call;
  await demandOnObject(call, bucket, key, 's3:AbortMultipartUpload');
  bucket.uploads.delete(uploadOf(call).id);
  return { status: 204 };
}
