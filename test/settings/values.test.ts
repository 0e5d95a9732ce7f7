/** Values that are refused by themselves, with what is accepted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from './problems.ts';

/** Each refused value: the input, the value, and what the one message must say besides both. */
const REFUSED: readonly [string, string, ...RegExp[]][] = [
  ['source', 'bucket', /does not begin with s3:\/\//, /s3:\/\/bucket\/prefix/],
  ['source', ' s3://bucket', /does not begin/],
  ['source', 'S3://bucket', /does not begin/],
  ['source', 's3://', /names no bucket/],
  ['source', 's3:///prefix', /names no bucket/],
  ['source', 's3://ab', /3 to 63/],
  ['source', `s3://${'a'.repeat(64)}`, /3 to 63/],
  ['source', 's3://My-Bucket', /capital letters/],
  ['source', 's3://my_bucket', /"_" in its bucket name/, /a-z 0-9/],
  ['source', 'https://my-bucket.s3.eu-west-1.amazonaws.com/x', /name the bucket/],
  ['source', 's3://-abc', /begin and end/],
  ['source', 's3://a..b', /two dots/],
  ['source', 's3://192.168.5.4', /IP address/],
  ['source', 's3://xn--abc', /reserves/],
  ['source', 's3://fast--euw1-az1--x-s3', /directory bucket/],
  ['source', 's3://t--table-s3', /table bucket/],
  ['source', 's3://point-abc-s3alias', /access point/],
  ['source', 's3://arn:aws:s3:eu-west-1:111122223333:accesspoint/p', /ARN/, /access points/],
  ['destination', 'arn:aws:s3:::bucket', /ARN/],
  ['destination', `s3://bucket/${'ä'.repeat(513)}`, /1024 bytes/],
  ['source-role', 'my-role', /not an ARN/, /arn:aws:iam::111122223333:role/],
  ['source-role', 'arn:aws:iam::1111:role/x', /not the ARN of an IAM role/],
  ['source-role', 'arn:aws:iam::111122223333:user/x', /not the ARN of an IAM role/],
  ['destination-role', 'arn:aws:sts::111122223333:assumed-role/x/y', /session/],
  ['copy-as', 'both', /destination, source/],
  ['source-region', 'us-east1', /not a Region/],
  ['destination-region', 'eu-west-1a', /Availability Zone/],
  ['source-account', '12345678901', /11 digits/, /leading zeros/, /quotes/],
  ['destination-account', '1111-2222-3333', /12 digits/],
  ['audience', 'sts amazonaws', /white space/],
  ['session-name', 'a', /2 to 64/],
  ['session-name', 'nightly sync', /2 to 64/],
  ['session-duration', '14m', /too small/, /15m to 12h, such as 1h/],
  ['session-duration', '13h', /too large/],
  ['session-duration', '3600', /no unit/],
  ['time-limit', '9s', /too small/, /10s to 24d, such as 5h30m/],
  ['time-limit', '25d', /too large/],
  ['time-limit', '330', /no unit/],
  ['mode', 'dryrun', /sync, dry-run, verify, preflight, health/],
  ['mode', 'Sync', /not understood/],
  ['engine', 'rclone', /auto, copy, stream/],
  ['engine', 'data-sync', /auto, copy, stream, datasync, batch, replication/],
  ['max-cost', '$25', /not a sum of US dollars/, /25 or 25\.50/],
  ['max-cost', '25.505', /not a sum of US dollars/],
  ['max-cost', '1e3', /not a sum of US dollars/],
  ['max-cost', '-1', /not a sum of US dollars/],
  ['max-cost', '0', /too small/, /above 0/],
  ['batch-role', 'batch', /not an ARN/],
  ['batch-priority', '-1', /0 to 2147483647/],
  ['wait', 'no', /true or false/],
  ['replication-role', 'replicate', /not an ARN/],
  ['replication-rule', 'delete', /keep, remove/],
  ['replication-max-lag', '6', /no unit/],
  ['enable-versioning', 'yes', /true or false/],
  ['preserve', 'tag, metadata', /"tag", which is not understood/],
  ['include', '!*.tmp', /leave out in exclude/],
  ['exclude', '!keep/**', /take stands in include/],
  ['exclude', 'a\n[z-a]', /not a glob: \[z-a\]/],
  ['min-size', '5 parsecs', /unknown unit "parsecs"/, /5MiB/],
  ['min-size', '5M', /unknown unit/],
  ['min-size', '5 constructor', /unknown unit/],
  ['max-size', '-1', /not a size/],
  ['max-size', '0.3B', /whole number of bytes/],
  ['max-size', '99999999TiB', /too large/],
  ['modified-after', 'yesterday', /neither a date nor an age/],
  ['modified-after', '2026-02-30', /not in the calendar/],
  ['modified-after', '2026-13-01', /not in the calendar/],
  ['modified-before', '2026-01-31T22:00:00', /no time zone/],
  ['modified-before', '2026-01-31T25:00:00Z', /not in the calendar/],
  ['modified-before', '999999999d', /not in the calendar/],
  ['modified-before', '7', /neither a date nor an age/],
  ['compare', 'etag', /auto, size, newer, checksum, missing, always/],
  ['delete', 'yes', /true or false/],
  ['delete', 'True', /true or false/],
  ['max-delete', '110%', /more than 100%/],
  ['max-delete', '-5', /10%/],
  ['max-delete', '1.5', /whole number/],
  ['preserve', 'metadata, acls', /metadata, tags, storage-class/],
  ['preserve', 'tags\nlock', /object-lock, acl, checksum, website-redirect/],
  ['preserve', ',', /names nothing/],
  ['storage-class', 'GLACIER_INSTANT', /GLACIER_IR/],
  ['encryption', 'SSE-S3', /AES256/],
  ['kms-key', 'alias/my-key', /alias/],
  ['kms-key', 'arn:aws:kms:eu-west-1:444455556666:alias/my-key', /alias/],
  ['kms-key', '1234abcd-12ab-34cd-56ef-1234567890ab', /full ARN/],
  ['acl', 'bucket-owner', /bucket-owner-full-control/],
  ['archived', 'thaw', /skip, fail, restore/],
  ['request-payer', 'requester', /true or false/],
  ['concurrency', '0', /too small/, /auto, or a whole number from 1 to 1000/],
  ['concurrency', '1001', /too large/],
  ['concurrency', 'many', /whole number/],
  ['max-rate', '0', /too small/, /a whole number from 1 to 100000/],
  ['max-rate', '100001', /too large/],
  ['max-rate', '2.5', /whole number/],
  ['part-size', '5MB', /too small/, /5MiB to 5GiB/],
  ['part-size', '6GiB', /too large/],
  ['verify', 'etag', /none, listing, checksum, content/],
  ['work-location', 'octo-work', /does not begin with s3:/],
  ['work-location', 's3://octo-work/dt=1', /characters that not every service takes/],
  ['work-location', 's3://octo-work//a', /empty part/],
  ['work-location', 's3://octo-work/a/../b', /empty part/],
  ['datasync-role', 'datasync', /not an ARN/],
  ['datasync-mode', 'Enhanced', /enhanced, basic/],
  ['datasync-keep', 'no', /true or false/],
  ['report', 'a\nb', /one line/],
  ['artifact', 'a/b', /a name without/],
  ['artifact-retention-days', '0', /1 to 400/],
  ['summary', 'no', /true or false/],
];

/** Parts of an address, where a bucket, a Region or an account becomes one. */
for (const part of [
  '@evil.example',
  '#',
  '?',
  '\\',
  ':8080',
  '%2f..',
  '/../x',
  '..evil.example',
  '\u3002evil',
  ' x',
  '\0',
]) {
  test(`nothing that leads to another host gets into a name: ${JSON.stringify(part)}`, () => {
    const inputs = {
      'source-region': `eu-west-1${part}`,
      'destination-account': `111122223333${part}`,
      'source-role': `arn:aws:iam::1111222${part}:role/r`,
      ...(part.startsWith('/') ? {} : { source: `s3://bucket${part}` }),
    };
    for (const [name, value] of Object.entries(inputs))
      assert.ok(problems({ [name]: value })[0]?.startsWith(`${name}: `), name);
  });
}

for (const [name, value, ...says] of REFUSED) {
  test(`${name}: ${JSON.stringify(value.slice(0, 60))} is refused with what is accepted`, () => {
    const found = problems({ [name]: value });
    assert.equal(found.length, 1, found.join('\n'));
    const [message = ''] = found;
    assert.ok(message.startsWith(`${name}: "`), message);
    const shown = value.trim().replaceAll('\n', '\\x0a').slice(0, 100);
    assert.ok(message.includes(shown), message);
    assert.match(message, /Accepted: .+\.$/);
    for (const pattern of says) assert.match(message, pattern);
  });
}
