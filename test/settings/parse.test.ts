/** What settings inputs become, and which problems are told together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echoSettings } from '../../src/settings/echo.ts';
import { hints } from '../../src/settings/hints.ts';
import { parse, problems } from './problems.ts';

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

test('prefixes that were probably meant as folders earn a hint with what would arrive', () => {
  const hintsOn = (source: string, destination: string) => hints(parse({ source, destination }), {});
  const hinted: readonly [string, string, RegExp][] = [
    [
      's3://a-b-c',
      's3://d-e-f/backup',
      /^destination: .*"NAME" arrives as "backupNAME"\..*\/backup\/ to mean/,
    ],
    ['s3://a-b-c/photos/', 's3://d-e-f/backup', /^destination: .*"photos\/NAME" arrives as "backupNAME"/],
    [
      's3://a-b-c/photos',
      's3://d-e-f',
      /^source: .*"photos\/NAME" arrives as "\/NAME"\..*\/photos\/ to mean/,
    ],
    ['s3://a-b-c/photos', 's3://d-e-f/backup/', /^source: .*"photos\/NAME" arrives as "backup\/\/NAME"/],
    ['s3://a-b-c', 's3://d-e-f//', /^destination: .*empty part/],
    ['s3://a-b-c', 's3://d-e-f/photos/ ', /^destination: .*white space/],
    ['s3://a-b-c', 's3://d-e-f/*', /^destination: .*no wildcard/],
  ];
  for (const [source, destination, expected] of hinted) {
    const [hint, ...more] = hintsOn(source, destination);
    assert.match(hint ?? '', expected, `${source} to ${destination}`);
    assert.deepEqual(more, []);
  }
});

test('prefixes that fit together, or end in what is put before a name, earn no hint', () => {
  const fitting = [
    ['s3://a-b-c', 's3://d-e-f/'],
    ['s3://a-b-c/photos/', 's3://d-e-f/backup/'],
    ['s3://a-b-c/photos', 's3://d-e-f/backup'],
    ['s3://a-b-c', 's3://d-e-f/backup-'],
    ['s3://a-b-c/dt=', 's3://d-e-f/'],
    ['s3://a-b-c//x/', 's3://d-e-f//y/'],
  ];
  for (const [source = '', destination = ''] of fitting)
    assert.deepEqual(hints(parse({ source, destination }), {}), [], `${source} to ${destination}`);
});
