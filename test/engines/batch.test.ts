/** What a job is asked to do with each object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyOperation } from '../../src/engines/batch.ts';
import { settings } from '../sync/make.ts';

const GROUND = {
  partition: 'aws-cn',
  destination: { bucket: 'onto', owner: undefined, prefix: '', actions: [] },
};
const KEY = 'arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const PLAIN = { TargetResource: 'arn:aws-cn:s3:::onto', MetadataDirective: 'COPY' };

for (const [inputs, acl, more] of [
  [{}, undefined, {}],
  [{ destination: 's3://onto/copy/in/' }, undefined, { TargetKeyPrefix: 'copy' }],
  [{ encryption: 'aws:kms', 'kms-key': KEY }, undefined, { SSEAwsKmsKeyId: KEY }],
  [{ encryption: 'aws:kms' }, undefined, { NewObjectMetadata: { SSEAlgorithm: 'KMS' } }],
  [{ preserve: 'metadata' }, undefined, { NewObjectTagging: [] }],
  [{ 'storage-class': 'STANDARD_IA' }, undefined, { StorageClass: 'STANDARD_IA' }],
  [{ 'request-payer': 'true' }, undefined, { RequesterPays: true }],
  [{}, 'bucket-owner-full-control', { CannedAccessControlList: 'bucket-owner-full-control' }],
] as const) {
  test(`with ${JSON.stringify(inputs)}${acl === undefined ? '' : ` and ACL ${acl}`}`, () => {
    const given = settings({ source: 's3://from/in/', destination: 's3://onto/in/', ...inputs });
    assert.deepEqual(copyOperation(given, GROUND, { acl, byDefault: undefined }), { ...PLAIN, ...more });
  });
}

test('encryption that the bucket gives by itself is not asked for', () => {
  const given = settings({ source: 's3://from/in/', destination: 's3://onto/in/', encryption: 'AES256' });
  const asked = (byDefault: string | undefined) =>
    copyOperation(given, GROUND, { acl: undefined, byDefault }).NewObjectMetadata;
  assert.equal(asked('AES256'), undefined);
  for (const byDefault of [undefined, 'aws:kms'])
    assert.deepEqual(asked(byDefault), { SSEAlgorithm: 'AES256' });
});
