import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../src/errors.ts';
import { echoSettings } from '../src/settings/echo.ts';
import { hints } from '../src/settings/hints.ts';
import { parseSettings } from '../src/settings/parse.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const KEY = 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function parse(inputs: Record<string, string> = {}) {
  return parseSettings(
    new Map(Object.entries({ source: 's3://from', destination: 's3://onto', ...inputs })),
    NOW,
  );
}

function problems(inputs: Record<string, string>): readonly string[] {
  try {
    parse(inputs);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.problems;
  }
  return [];
}

test('two locations are enough: the rest has defaults', () => {
  const settings = parse();
  assert.deepEqual(settings.source, {
    location: { bucket: 'from', prefix: '' },
    roleArn: undefined,
    region: undefined,
    account: undefined,
  });
  assert.equal(settings.copyAs, 'destination');
  assert.equal(settings.mode, 'sync');
  assert.equal(settings.sessionSeconds, 3600);
  assert.deepEqual(settings.maxDelete, { percent: 10 });
  assert.deepEqual([...settings.preserve], ['metadata', 'tags']);
  assert.deepEqual(settings.report, {
    folder: 's3-sync-report',
    artifact: 's3-sync-report',
    artifactRetentionDays: undefined,
    summary: true,
    comment: false,
    githubToken: undefined,
  });
});

test('a token is taken as it is, never shown, and known to be missing where nothing has filled in the default', () => {
  const token = (text: string) => parse({ 'github-token': text }).report.githubToken;
  assert.equal(token('ghs_abc'), 'ghs_abc');
  assert.equal(token(''), undefined);
  assert.equal(token('$' + '{{ github.token }}'), undefined);
  assert.doesNotMatch(JSON.stringify(echoSettings(parse({ 'github-token': 'ghs_abc' }))), /ghs_abc|token/);
  assert.deepEqual(problems({ 'github-token': 'two words' }), [
    'github-token: its value is not understood. Accepted: a token of GitHub, without white space.',
  ]);
});

/** Each refused value: the input, the value, and what the one message must say besides both. */
const REFUSED: readonly [string, string, ...RegExp[]][] = [
  ['source', 'bucket', /does not begin with s3:\/\//, /s3:\/\/bucket\/prefix/],
  ['source', ' s3://bucket', /does not begin/],
  ['source', 'S3://bucket', /does not begin/],
  ['source', 's3://', /names no bucket/],
  ['source', 's3:///prefix', /names no bucket/],
  ['source', 's3://ab', /3 to 63/],
  ['source', `s3://${'a'.repeat(64)}`, /3 to 63/],
  ['source', 's3://My_Bucket', /a-z 0-9/],
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
  ['session-duration', '14m', /too small/, /15m to 12h/],
  ['session-duration', '13h', /too large/],
  ['session-duration', '3600', /no unit/],
  ['time-limit', '9s', /too small/, /10s to 24d/],
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
  ['include', '!*.tmp', /exclude/],
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

/** Each combination that cannot be, the one sentence it must give, and a neighbour that is fine. */
const COMBINATIONS: readonly [Record<string, string>, RegExp, Record<string, string>][] = [
  [{ destination: 's3://from' }, /^source, destination: .*overlap/, { destination: 's3://from2' }],
  [{ engine: 'stream', 'copy-as': 'source' }, /^copy-as: .*no meaning.*Accepted:/, { engine: 'stream' }],
  [
    { source: 's3://b1x/a', destination: 's3://b1x/ab' },
    /overlap/,
    { source: 's3://b1x/a/', destination: 's3://b1x/b/' },
  ],
  [{ source: 's3://b1x/a/b', destination: 's3://b1x/a/' }, /overlap/, { destination: 's3://b1x/a/' }],
  [
    {
      'source-role': 'arn:aws:iam::111122223333:role/a',
      'destination-role': 'arn:aws-cn:iam::444455556666:role/b',
    },
    /aws and aws-cn are different partitions/,
    {
      'source-role': 'arn:aws:iam::111122223333:role/a',
      'destination-role': 'arn:aws:iam::444455556666:role/b',
    },
  ],
  [{ 'kms-key': KEY }, /^kms-key: .*aws:kms/, { 'kms-key': KEY, encryption: 'aws:kms' }],
  [{ 'kms-key': KEY, encryption: 'AES256' }, /AES256/, { 'kms-key': KEY, encryption: 'aws:kms:dsse' }],
  [
    { 'kms-key': KEY, encryption: 'aws:kms', 'destination-region': 'us-east-1' },
    /eu-west-1.*us-east-1/,
    { 'kms-key': KEY, encryption: 'aws:kms', 'destination-region': 'eu-west-1' },
  ],
  [
    { 'storage-class': 'GLACIER_IR', preserve: 'storage-class' },
    /^storage-class: "GLACIER_IR" contradicts/,
    { 'storage-class': 'GLACIER_IR' },
  ],
  [
    { mode: 'verify', compare: 'missing', verify: 'checksum' },
    /^verify: "checksum" has nothing to look at/,
    { mode: 'verify', compare: 'missing', verify: 'listing' },
  ],
  [
    { mode: 'verify', compare: 'missing', verify: 'content' },
    /^verify: "content" has nothing to look at/,
    { mode: 'sync', compare: 'missing', verify: 'content' },
  ],
  [
    { 'min-size': '2KiB', 'max-size': '2KB' },
    /2048 bytes.*2000 bytes/,
    { 'min-size': '2KB', 'max-size': '2KB' },
  ],
  [
    { 'modified-after': '7d', 'modified-before': '8d' },
    /modified-after, modified-before/,
    { 'modified-after': '8d', 'modified-before': '7d' },
  ],
  ...withVersions('compare', ['newer', 'missing', 'always'], 'size'),
  ...withVersions('archived', ['restore'], 'fail'),
  ...withVersions('min-size', ['1'], ''),
  ...withVersions('max-size', ['1'], ''),
  ...withVersions('modified-after', ['2026-01-31T00:00:00.000Z'], ''),
  ...withVersions('modified-before', ['2026-01-31T00:00:00.000Z'], ''),
];

/** Values of an input that `preserve: versions` does not go with, and one that it goes with. */
function withVersions(name: string, wrong: string[], right: string): (typeof COMBINATIONS)[number][] {
  return wrong.map(value => [
    { preserve: 'versions', [name]: value },
    new RegExp(`^${name}: "${value}" contradicts preserve: versions, because it `),
    { preserve: 'versions', [name]: right },
  ]);
}

/** With DataSync: what cannot be beside it, the one sentence it must give, and a neighbour that is fine. */
const BESIDE_DATASYNC: readonly [Record<string, string>, RegExp, Record<string, string>][] = [
  [{ 'work-location': '' }, /^work-location: is required/, {}],
  [{ 'datasync-role': '' }, /^datasync-role: is required/, {}],
  [
    { 'source-role': 'arn:aws:iam::444455556666:role/a' },
    /^datasync-role: the role is in account 111122223333, source-role in 444455556666/,
    { 'source-role': 'arn:aws:iam::111122223333:role/a' },
  ],
  [
    { 'work-location': 's3://from/work' },
    /^work-location: s3:\/\/from\/work\/ overlaps with s3:\/\/from/,
    {},
  ],
  [{ 'work-location': 's3://onto' }, /^work-location: s3:\/\/onto overlaps/, {}],
  [
    { preserve: 'metadata, tags, acl, checksum' },
    /^preserve: "acl, checksum" cannot be kept.*copy or stream/,
    { preserve: 'metadata, tags' },
  ],
  [{ preserve: 'tags' }, /^preserve: .*always copies metadata/, { preserve: 'metadata' }],
  [
    { 'storage-class': 'REDUCED_REDUNDANCY' },
    /^storage-class: .*GLACIER_IR/,
    { 'storage-class': 'GLACIER_IR' },
  ],
  [{ encryption: 'AES256' }, /^encryption: "AES256" cannot be kept/, { encryption: '' }],
  [{ acl: 'private' }, /^acl: "private" cannot be kept/, {}],
  [{ 'request-payer': 'true' }, /^request-payer: "true" cannot be kept/, { 'request-payer': 'false' }],
];

const DATASYNC = {
  engine: 'datasync',
  'datasync-role': 'arn:aws:iam::111122223333:role/datasync',
  'work-location': 's3://work/folder',
};

/** With jobs that copy, the same. */
const BESIDE_BATCH: readonly [Record<string, string>, RegExp, Record<string, string>][] = [
  [{ 'work-location': '' }, /^work-location: is required/, {}],
  [
    { 'work-location': 's3://onto/work' },
    /^work-location: s3:\/\/onto\/work\/ overlaps with s3:\/\/onto/,
    {},
  ],
  [{ 'batch-role': '' }, /^batch-role: is required/, {}],
  [
    { 'destination-role': 'arn:aws:iam::111122223333:role/a' },
    /^batch-role: the role is in account 444455556666, destination-role in 111122223333/,
    { 'destination-role': 'arn:aws:iam::444455556666:role/a' },
  ],
  [
    { source: 's3://from/in/', destination: 's3://onto/out/' },
    /^source, destination: engine "batch" keeps the whole key.*"in\/" cannot become "out\/"/,
    { source: 's3://from/in/', destination: 's3://onto/copy/in/' },
  ],
  [
    { source: 's3://from', destination: 's3://onto/copy' },
    /^source, destination: .*"" cannot become "copy"/,
    { source: 's3://from', destination: 's3://onto/copy/' },
  ],
  [
    { preserve: 'metadata, tags, acl, checksum' },
    /^preserve: "acl, checksum" cannot be kept.*copy or stream/,
    { preserve: 'metadata, tags' },
  ],
  [{ preserve: 'tags' }, /^preserve: .*always copies metadata/, { preserve: 'metadata' }],
  [{ compare: 'missing' }, /^compare: "missing" never overwrites/, { compare: 'always' }],
  [
    { 'storage-class': 'REDUCED_REDUNDANCY' },
    /^storage-class: .*GLACIER_IR/,
    { 'storage-class': 'GLACIER_IR' },
  ],
  [
    { encryption: 'aws:kms:dsse' },
    /^encryption: "aws:kms:dsse" cannot be kept/,
    { encryption: 'aws:kms', 'kms-key': KEY },
  ],
];
const BATCH = {
  engine: 'batch',
  source: 's3://from',
  destination: 's3://onto',
  'batch-role': 'arn:aws:iam::444455556666:role/s3-batch',
  'work-location': 's3://work/folder',
};

/** With S3 Replication, the same. */
const BESIDE_REPLICATION: readonly [Record<string, string>, RegExp, Record<string, string>][] = [
  [{ 'work-location': '' }, /^work-location: is required/, { 'work-location': '', mode: 'verify' }],
  [
    { 'work-location': '', mode: 'dry-run' },
    /^work-location: is required/,
    { 'work-location': '', mode: 'health' },
  ],
  [{ 'replication-role': '' }, /^replication-role: is required/, {}],
  [
    { 'source-role': 'arn:aws:iam::444455556666:role/a' },
    /^replication-role: the role is in account 111122223333, source-role in 444455556666/,
    { 'source-role': 'arn:aws:iam::111122223333:role/a' },
  ],
  [
    { 'source-role': 'arn:aws:iam::111122223333:role/a', 'batch-role': 'arn:aws:iam::444455556666:role/b' },
    /^batch-role: the role is in account 444455556666, source-role in 111122223333/,
    { 'source-role': 'arn:aws:iam::111122223333:role/a', 'batch-role': 'arn:aws:iam::111122223333:role/b' },
  ],
  [
    { source: 's3://from/a/', destination: 's3://onto/b/' },
    /^source, destination: replication keeps every key .* different prefixes/,
    { source: 's3://from/a/', destination: 's3://onto/a/' },
  ],
  ...['include', 'exclude', 'min-size', 'max-size', 'modified-after', 'modified-before'].map(
    name =>
      [
        { [name]: name.startsWith('m') ? (name.endsWith('size') ? '1' : '2026-01-31') : '*.txt' },
        new RegExp(`^${name}: a replication rule takes whole prefixes`),
        {},
      ] as [Record<string, string>, RegExp, Record<string, string>],
  ),
  [
    { preserve: 'metadata, tags, acl, checksum' },
    /^preserve: "acl, checksum" cannot be kept by engine "replication"/,
    { preserve: 'metadata, tags, storage-class, object-lock, website-redirect, versions' },
  ],
  [{ preserve: 'metadata' }, /^preserve: .*always copies tags/, {}],
  [
    { compare: 'missing' },
    /^compare: "missing" never overwrites, and a replication rule does/,
    { compare: 'size' },
  ],
  [{ archived: 'restore' }, /^archived: "restore" brings nothing back/, { archived: 'fail' }],
  [{ 'copy-as': 'source' }, /^copy-as: "source" has no meaning/, {}],
  [
    { 'replication-rule': 'remove', wait: 'false' },
    /^replication-rule: "remove" waits for everything/,
    { 'replication-rule': 'remove' },
  ],
  [
    { encryption: 'AES256' },
    /^encryption: "AES256" cannot be kept/,
    { encryption: 'aws:kms', 'kms-key': KEY },
  ],
  [{ acl: 'private' }, /^acl: "private" cannot be kept/, {}],
  [
    { mode: 'health', engine: 'copy', ...noReplication() },
    /^mode: "health" looks after replication/,
    { mode: 'health' },
  ],
];

/** The inputs of replication left empty. */
function noReplication(): Record<string, string> {
  return { 'replication-role': '', 'work-location': '' };
}

const REPLICATION = {
  engine: 'replication',
  'replication-role': 'arn:aws:iam::111122223333:role/replication',
  'work-location': 's3://work/folder',
};
const OF_REPLICATION_ALONE = {
  'replication-role': REPLICATION['replication-role'],
  'replication-rule': 'remove',
  'replication-delete-markers': 'true',
  'replication-time-control': 'true',
  'replication-metrics': 'true',
  'replication-max-lag': '90m',
  'enable-versioning': 'true',
};

const ALL_COMBINATIONS: readonly (readonly [Record<string, string>, RegExp, Record<string, string>])[] = [
  ...COMBINATIONS,
  ...BESIDE_BATCH.map(
    ([wrong, says, right]) => [{ ...BATCH, ...wrong }, says, { ...BATCH, ...right }] as const,
  ),
  ...Object.entries({ 'batch-role': BATCH['batch-role'], 'batch-priority': '11', wait: 'false' }).map(
    ([name, value]) => [{ [name]: value }, new RegExp(`^${name}: has no meaning`), {}] as const,
  ),
  ...BESIDE_DATASYNC.map(
    ([wrong, says, right]) => [{ ...DATASYNC, ...wrong }, says, { ...DATASYNC, ...right }] as const,
  ),
  ...BESIDE_REPLICATION.map(
    ([wrong, says, right]) => [{ ...REPLICATION, ...wrong }, says, { ...REPLICATION, ...right }] as const,
  ),
  ...Object.entries(OF_REPLICATION_ALONE).map(
    ([name, value]) =>
      [{ [name]: value }, new RegExp(`^${name}: has no meaning`), { ...REPLICATION, [name]: value }] as const,
  ),
  ...Object.entries({ ...DATASYNC, 'datasync-mode': 'basic', 'datasync-keep': 'false' })
    .filter(([name]) => name !== 'engine')
    .map(([name, value]) => [{ [name]: value }, new RegExp(`^${name}: has no meaning`), {}] as const),
  [
    { grant: 'temporary', engine: 'stream' },
    /^grant: "temporary" has no meaning with engine "stream"/,
    { grant: 'temporary' },
  ] as const,
  [
    { ...REPLICATION, grant: 'temporary' },
    /^grant: .* S3 goes on replicating/,
    { ...REPLICATION, grant: 'temporary', 'replication-rule': 'remove' },
  ] as const,
  [
    { ...BATCH, grant: 'temporary', wait: 'false' },
    /^grant: .* with wait: false the job goes on without it/,
    { ...BATCH, grant: 'temporary' },
  ] as const,
];

for (const [wrong, says, right] of ALL_COMBINATIONS) {
  test(`together refused: ${JSON.stringify(wrong)}`, () => {
    const found = problems(wrong);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', says);
    assert.match(found[0] ?? '', /Accepted: .+\.$/);
    assert.deepEqual(problems(right), []);
  });
}

test('`engine: auto` takes the inputs of services that it may choose, and no others', () => {
  const role = 'arn:aws:iam::444455556666:role/a';
  const work = { 'work-location': 's3://work/folder' };
  const accepted: Record<string, string>[] = [
    { ...work, 'batch-role': role, 'batch-priority': '3', wait: 'false' },
    { ...work, 'datasync-role': role, 'datasync-mode': 'basic', 'datasync-keep': 'false' },
    { ...work, 'datasync-role': role, 'batch-role': role },
    // Its rules are reasons not to choose it.
    { ...work, 'batch-role': role, compare: 'missing', preserve: 'metadata, acl' },
  ];
  for (const inputs of accepted) assert.deepEqual(problems(inputs), []);
  const refused: [Record<string, string>, RegExp][] = [
    [
      { 'batch-role': role },
      /^batch-role: has no meaning with engine "auto" without work-location\. Accepted: together with engine batch or replication, or with engine auto and work-location\.$/,
    ],
    [
      work,
      /^work-location: .* without the role of a service\. Accepted: .* or with engine auto and datasync-role or batch-role\.$/,
    ],
    [{ ...work, 'datasync-role': role, wait: 'false' }, /^wait: .* without the role of a service/],
    [
      { ...work, 'batch-role': role, 'replication-role': role },
      /^replication-role: .*"auto"\. Accepted: together with engine replication\.$/,
    ],
  ];
  for (const [inputs, says] of refused) assert.match(problems(inputs).join('\n'), says);
});

test('a rule is silent about an input that was refused for itself', () => {
  assert.deepEqual(
    problems({ 'kms-key': KEY, encryption: 'kms' }).map(problem => problem.split(':')[0]),
    ['encryption'],
  );
});

test('all problems are named at once', () => {
  const found = problems({
    source: '',
    mode: 'x',
    'dry-run': 'true',
    concurrency: '0',
    destination: 's3://from',
  });
  assert.deepEqual(found.map(problem => problem.split(':')[0]).sort(), [
    'concurrency',
    'dry-run',
    'mode',
    'source',
  ]);
  assert.match(found.join('\n'), /^source: is required/m);
});

const UNKNOWN: readonly [string, RegExp][] = [
  ['dry-run', /Did you mean mode: dry-run\?/],
  ['dryrun', /Did you mean mode: dry-run\?/],
  ['dry_run', /Did you mean mode: dry-run\?/],
  ['preview', /Did you mean mode: dry-run\?/],
  ['src', /Did you mean source\?/],
  ['from', /Did you mean source\?/],
  ['dst', /Did you mean destination\?/],
  ['to', /Did you mean destination\?/],
  ['role-to-assume', /Did you mean source-role or destination-role\?/],
  ['max_delete', /Did you mean max-delete\?/],
  ['includes', /Did you mean include\?/],
  ['destinaton-role', /Did you mean destination-role\?/],
  ['constructor', /there is no such input/],
];

for (const [name, says] of UNKNOWN) {
  test(`unknown input ${name} is refused, its value kept out of the message`, () => {
    const found = problems({ [name]: 's3cret-value' });
    assert.equal(found.length, 1);
    assert.ok(found[0]?.startsWith(`${name}: `));
    assert.match(found[0] ?? '', says);
    assert.doesNotMatch(found[0] ?? '', /s3cret-value|function/);
  });
}

test('an unknown input is refused even when its value is empty', () => {
  assert.equal(problems({ 'dry-run': '' }).length, 1);
});

test('a prefix is kept byte for byte', () => {
  for (const prefix of ['/', 'a/', '/a//b/ ', ' a', 'ä/é', '../x', 'a?b#c%20']) {
    assert.equal(parse({ source: `s3://from/${prefix}` }).source.location.prefix, prefix);
  }
  assert.match(problems({ source: 's3://from/a\n' })[0] ?? '', /line break/);
});

test('globs are kept byte for byte, without empty lines', () => {
  assert.deepEqual(parse({ include: '\n a *\r\n\n  \nb  \n' }).filter.include, [' a *', 'b  ']);
});

test('an empty artifact turns the upload off, an empty anything else is not given', () => {
  assert.equal(parse({ artifact: '' }).report.artifact, undefined);
  assert.equal(parse({ mode: ' ' }).mode, 'sync');
});

test('moments: dates are UTC, times need a zone, ages count back from now', () => {
  const after = (text: string) => parse({ 'modified-after': text }).filter.modifiedAfter?.toISOString();
  assert.equal(after('2026-01-31'), '2026-01-31T00:00:00.000Z');
  assert.equal(after('2026-01-31T22:00+02:00'), '2026-01-31T20:00:00.000Z');
  assert.equal(after('7d'), '2026-11-13T12:00:00.000Z');
});

test('delete with mode verify is allowed: it deletes nothing', () => {
  assert.deepEqual(problems({ delete: 'true', mode: 'verify' }), []);
});

test('a role in China with the audience of the other partitions earns a hint, not an error', () => {
  const china = { 'source-role': 'arn:aws-cn:iam::111122223333:role/a' };
  assert.match(hints(parse(china), {})[0] ?? '', /^audience: .*sts\.amazonaws\.com\.cn/);
  assert.deepEqual(hints(parse({ ...china, audience: 'sts.amazonaws.com.cn' }), {}), []);
  assert.deepEqual(hints(parse(), {}), []);
});

test('a time limit that the runner does not live to see earns a hint', () => {
  const hosted = { RUNNER_ENVIRONMENT: 'github-hosted' };
  assert.match(hints(parse({ 'time-limit': '6h' }), hosted)[0] ?? '', /^time-limit: .* after 6 hours/);
  assert.deepEqual(hints(parse({ 'time-limit': '5h59m' }), hosted), []);
  assert.deepEqual(hints(parse({ 'time-limit': '20h' }), { RUNNER_ENVIRONMENT: 'self-hosted' }), []);
});
