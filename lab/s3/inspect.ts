/** GetObjectAttributes. */
import type { LabResponse } from '../kinds.ts';
import { demandOnObject, readable, versioned } from './access.ts';
import { checksumTag, checksumXml } from './checksums.ts';
import { assertCustomerKey } from './encryption.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { demandDecryption } from './key-access.ts';
import { take } from './listing.ts';
import type { Part, StoredObject } from './object.ts';
import type { BucketCall } from './world.ts';
import { document, element, text } from './xml.ts';

const NAMES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

/** Source: API Reference, GetObjectAttributes. */
export async function getObjectAttributes(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request } = call;
  const versionId = request.query.get('versionId');
  const asked = askedAttributes(request.headers['x-amz-object-attributes']);
  const object = await readable(call, bucket, key, versionId);
  await demandOnObject(call, bucket, key, versioned('s3:GetObjectAttributes', versionId), { object });
  assertCustomerKey(request.headers, object.encryption, 'object');
  if (asked.has('Checksum')) await demandDecryption(call, bucket, key, object.encryption);
  return {
    status: 200,
    headers: {
      'last-modified': object.lastModified.toUTCString(),
      ...(bucket.versioning && { 'x-amz-version-id': object.versionId }),
    },
    body: document(
      'GetObjectAttributesResponse',
      asked.has('ETag') ? text('ETag', object.etag) : '',
      asked.has('Checksum') && object.checksum ? element('Checksum', checksumXml(object.checksum)) : '',
      asked.has('ObjectParts') && object.parts ? partsXml(call, object, object.parts) : '',
      asked.has('StorageClass') ? text('StorageClass', object.storageClass) : '',
      asked.has('ObjectSize') ? text('ObjectSize', object.content.size) : '',
    ),
  };
}

function askedAttributes(header: string | undefined): ReadonlySet<string> {
  if (!header)
    throw invalidRequest(
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  const names = header.split(',').map(name => name.trim());
  const unknown = names.find(name => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
  }
  return new Set(names);
}

/** Parts are told apart only where a checksum was asked for at upload; else there is only their number. */
function partsXml({ request }: BucketCall, { checksum }: StoredObject, parts: readonly Part[]): string {
  const count = text('PartsCount', parts.length);
  if (!checksum?.requested) return element('ObjectParts', count);
  const limit = Math.min(Number(request.headers['x-amz-max-parts'] ?? 1000), 1000);
  const marker = Number(request.headers['x-amz-part-number-marker'] ?? 0);
  const { page, more } = take(
    parts.filter(part => part.number > marker),
    limit,
  );
  return element(
    'ObjectParts',
    count,
    text('PartNumberMarker', marker),
    text('NextPartNumberMarker', page.at(-1)?.number ?? 0),
    text('MaxParts', limit),
    text('IsTruncated', more),
    ...page.map(part =>
      element(
        'Part',
        text('PartNumber', part.number),
        text('Size', part.size),
        text(checksumTag(checksum.algorithm), part.checksum),
      ),
    ),
  );
}
