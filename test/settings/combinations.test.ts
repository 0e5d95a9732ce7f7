/** Inputs that are each right by themselves and refused together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from './problems.ts';

const KEY = 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';

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
