/** ListParts and ListMultipartUploads. */
import type { LabResponse } from '../kinds.ts';
import { demandOnBucket, demandOnObject, uploadOf } from './access.ts';
import { canonicalId, ownerXml } from './acl.ts';
import { checksumTag } from './checksums.ts';
import { nameEncoding, pageLimit, take, walk } from './listing.ts';
import { SortedMap } from './sorted.ts';
import { partsInOrder, type Upload } from './upload.ts';
import type { BucketCall } from './world.ts';
import { document, element, text } from './xml.ts';

/** Source: API Reference, ListParts. */
export async function listParts(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request } = call;
  await demandOnObject(call, bucket, key, 's3:ListMultipartUploadParts');
  const upload = uploadOf(call);
  const limit = pageLimit(request.query, 'max-parts');
  const marker = Number(request.query.get('part-number-marker') ?? 0);
  const { page, more } = take(
    partsInOrder(upload).filter(part => part.number > marker),
    limit,
  );
  return {
    status: 200,
    body: document(
      'ListPartsResult',
      text('Bucket', bucket.name),
      text('Key', key),
      text('UploadId', upload.id),
      text('PartNumberMarker', marker),
      text('NextPartNumberMarker', page.at(-1)?.number ?? 0),
      text('MaxParts', limit),
      text('IsTruncated', more),
      ...page.map(part =>
        element(
          'Part',
          text('PartNumber', part.number),
          text('LastModified', part.lastModified),
          text('ETag', `"${part.etag}"`),
          text('Size', part.size),
          upload.checksum ? text(checksumTag(upload.checksum.algorithm), part.checksum) : '',
        ),
      ),
      whoseXml(upload),
      text('StorageClass', upload.attributes.storageClass),
      checksumKindXml(upload),
    ),
  };
}

/** Source: API Reference, ListMultipartUploads. */
export async function listMultipartUploads(call: BucketCall): Promise<LabResponse> {
  const { bucket, request } = call;
  const { query } = request;
  await demandOnBucket(call, bucket, 's3:ListBucketMultipartUploads');
  const encode = nameEncoding(query);
  const limit = pageLimit(query, 'max-uploads');
  const keyMarker = query.get('key-marker') ?? '';
  const uploadMarker = query.get('upload-id-marker');
  const { page, more } = take(uploadStops(call, keyMarker, uploadMarker), limit);
  const last = page.at(-1);
  return {
    status: 200,
    body: document(
      'ListMultipartUploadsResult',
      text('Bucket', bucket.name),
      text('KeyMarker', encode(keyMarker)),
      text('UploadIdMarker', uploadMarker ?? ''),
      more && last ? text('NextKeyMarker', encode(last.key)) : '',
      more && last && 'upload' in last ? text('NextUploadIdMarker', last.upload.id) : '',
      text('Prefix', encode(query.get('prefix') ?? '')),
      query.get('delimiter') ? text('Delimiter', encode(query.get('delimiter') ?? '')) : '',
      text('MaxUploads', limit),
      text('EncodingType', query.get('encoding-type')),
      text('IsTruncated', more),
      ...page.map(stop =>
        'upload' in stop
          ? uploadXml(stop.upload, encode)
          : element('CommonPrefixes', text('Prefix', encode(stop.key))),
      ),
    ),
  };
}

/** Uploads by key, those to one key in the order they were started. */
function* uploadStops(
  { bucket, request }: BucketCall,
  keyMarker: string,
  uploadMarker: string | undefined,
): Generator<{ readonly key: string } | { readonly key: string; readonly upload: Upload }> {
  const byKey = new SortedMap<Upload[]>();
  for (const upload of bucket.uploads.values()) {
    byKey.set(upload.key, [...(byKey.get(upload.key) ?? []), upload]);
  }
  const from = {
    prefix: request.query.get('prefix') ?? '',
    delimiter: request.query.get('delimiter') ?? '',
    after: keyMarker,
    inclusive: keyMarker !== '' && uploadMarker !== undefined,
  };
  for (const stop of walk(byKey, from)) {
    if (stop.kind === 'prefix') {
      yield { key: stop.key };
      continue;
    }
    const marked = stop.key === keyMarker;
    const seen = marked ? stop.value.findIndex(upload => upload.id === uploadMarker) + 1 : 0;
    for (const upload of stop.value.slice(seen)) yield { key: stop.key, upload };
  }
}

const uploadXml = (upload: Upload, encode: (name: string) => string): string =>
  element(
    'Upload',
    text('Key', encode(upload.key)),
    text('UploadId', upload.id),
    whoseXml(upload),
    text('StorageClass', upload.attributes.storageClass),
    text('Initiated', upload.initiated),
    checksumKindXml(upload),
  );

const whoseXml = (upload: Upload): string =>
  element(
    'Initiator',
    text('ID', upload.initiator?.arn ?? canonicalId(upload.owner)),
    text('DisplayName', upload.initiator?.arn),
  ) + ownerXml(upload.owner);

const checksumKindXml = ({ checksum }: Upload): string =>
  checksum ? text('ChecksumAlgorithm', checksum.algorithm) + text('ChecksumType', checksum.type) : '';
