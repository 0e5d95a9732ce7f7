/** Mistakes in the inputs: each ends the run before it can do harm, and says what is wrong and what would be right. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { annotations, checkOf, findings, type Inputs, openLab, type Run, setStage } from './stage.ts';

/** Nothing but wrong inputs meets this lab: not one request may reach it. */
const untouched = await openLab();
const lab = await openLab();

/** With every input that the message is about. */
type Mistake = readonly [what: string, inputs: Inputs, message: readonly string[]];

const MISTAKES: readonly Mistake[] = [
  ['an input of another tool', { 'dry-run': 'true' }, ['dry-run: there is no such input', 'mode: dry-run']],
  ['a misspelt input', { 'destinaton-role': 'x' }, ['destinaton-role', 'Did you mean destination-role?']],
  ['no source', { source: '' }, ['source: is required', 's3://bucket']],
  ['no s3://', { source: 'octo-source/in' }, ['source: "octo-source/in"', 'does not begin with s3://']],
  [
    'an impossible bucket',
    { destination: 's3://Octo_Bucket' },
    ['destination: "s3://Octo_Bucket"', 'capital letters'],
  ],
  ['an access point', { source: 's3://ap-x-s3alias' }, ['source:', 'access point alias', 'name the bucket']],
  [
    'no ARN',
    { 'source-role': 's3-sync' },
    ['source-role: "s3-sync" is not an ARN', 'arn:aws:iam::111122223333:role/'],
  ],
  [
    'the ARN of a user',
    { 'destination-role': 'arn:aws:iam::111122223333:user/x' },
    ['destination-role: "arn:aws:iam::111122223333:user/x"', 'is not the ARN of an IAM role'],
  ],
  [
    'the ARN of a session',
    { 'source-role': 'arn:aws:sts::111122223333:assumed-role/a/b' },
    ['source-role:', 'is a session, not the role itself'],
  ],
  [
    'roles of two partitions',
    {
      'source-role': 'arn:aws-cn:iam::111122223333:role/x',
      'destination-role': 'arn:aws:iam::111122223333:role/x',
    },
    ['source-role, destination-role: aws-cn and aws are different partitions'],
  ],
  [
    'source and destination the same',
    { source: 's3://octo-one', destination: 's3://octo-one' },
    ['source, destination: the two overlap', 'two prefixes'],
  ],
  [
    'one prefix within the other',
    { source: 's3://octo-one/in', destination: 's3://octo-one/in/copy' },
    ['source, destination: the two overlap'],
  ],
  [
    'an unquoted account id',
    { 'source-account': '11122223333' },
    ['source-account: "11122223333" has 11 digits', 'in quotes'],
  ],
  ['a word for a switch', { delete: 'yes' }, ['delete: "yes"', 'true or false']],
  ['an unknown mode', { mode: 'dryrun' }, ['mode: "dryrun"', 'sync, dry-run, verify, preflight']],
  ['an engine that there is not', { engine: 'rclone' }, ['engine: "rclone"', 'datasync, batch, replication']],
  [
    'a percentage above 100',
    { 'max-delete': '110%' },
    ['max-delete: "110%" is more than 100%', '500, or a share such as 10%'],
  ],
  ['a size without a number', { 'min-size': 'large' }, ['min-size: "large" is not a size', '5MiB']],
  ['an unknown unit', { 'max-size': '5 GiBit' }, ['max-size: "5 GiBit" has an unknown unit "GiBit"']],
  [
    'sizes the wrong way round',
    { 'min-size': '2KiB', 'max-size': '1KiB' },
    ['min-size, max-size: 2048 bytes is more than 1024'],
  ],
  [
    'a duration without a unit',
    { 'session-duration': '3600' },
    ['session-duration: "3600" has no unit', 'from 15m to 12h'],
  ],
  ['a duration out of bounds', { 'session-duration': '13h' }, ['session-duration: "13h" is too large']],
  [
    'a time without a zone',
    { 'modified-after': '2026-01-31T22:00:00' },
    ['modified-after:', 'has no time zone; add Z'],
  ],
  ['a number out of bounds', { concurrency: '5000' }, ['concurrency: "5000" is too large', '1 to 1000']],
  ['a part too small', { 'part-size': '1MiB' }, ['part-size: "1MiB" is too small', '5MiB to 5GiB']],
  ['a KMS alias', { encryption: 'aws:kms', 'kms-key': 'alias/octo' }, ['kms-key: "alias/octo" is an alias']],
  [
    'a key without KMS',
    { encryption: '', 'kms-key': 'arn:aws:kms:eu-west-1:111122223333:key/a' },
    ['kms-key: a key has no meaning'],
  ],
  [
    'a glob that excludes in include',
    { include: '!*.tmp' },
    ['include: "!*.tmp" has a line that begins with "!"', 'exclude'],
  ],
  ['what cannot be preserved', { preserve: 'metadata, owner' }, ['preserve: "metadata, owner"', 'acl']],
  [
    'a class twice',
    { 'storage-class': 'GLACIER', preserve: 'storage-class' },
    ['storage-class: "GLACIER" contradicts'],
  ],
];

/** Mistakes that do not touch the same inputs can be made in one run, which must tell of each. */
const bundles: { readonly mistakes: Mistake[]; run?: Promise<Run> }[] = [];
for (const mistake of MISTAKES) {
  const names = Object.keys(mistake[1]);
  const fits = bundles.find(({ mistakes }) =>
    mistakes.every(([, inputs]) => names.every(name => inputs[name] === undefined)),
  );
  if (fits) fits.mistakes.push(mistake);
  else bundles.push({ mistakes: [mistake] });
}

describe('a mistake in the inputs is told before any request is sent:', { concurrency: 3 }, () => {
  for (const bundle of bundles) {
    for (const [what, , message] of bundle.mistakes) {
      test(what, async () => {
        bundle.run ??= setStage(untouched).run(
          Object.assign({}, ...bundle.mistakes.map(([, inputs]) => inputs)),
        );
        const run = await bundle.run;
        assert.equal(run.code, 1);
        const errors = annotations(run.raw).map(error => error.message);
        assert.equal(errors.length, bundle.mistakes.length, run.log);
        const [first = ''] = message;
        const told = errors.filter(error => error.includes(first));
        assert.equal(told.length, 1, run.log);
        for (const part of message) assert.ok(told[0]?.includes(part), `${told[0]} says: ${part}`);
        assert.equal(untouched.requests.count(), 0);
        assert.deepEqual(run.outputs, {});
      });
    }
  }

  test('a report folder that cannot be made', async () => {
    const run = await setStage(untouched).run({ report: '/dev/null/report' });
    assert.deepEqual([run.code, run.outputs, untouched.requests.count()], [1, {}, 0]);
    assert.match(
      run.log,
      /^::error::report: "\/dev\/null\/report" cannot be written to \(ENOTDIR: .* Accepted: a folder/m,
    );
  });

  test('the value of an unknown input is not repeated: it may be a secret', async () => {
    const s = setStage(untouched);
    const run = await s.run({ 'aws-secret-access-key': 'wJalrXUtnFEMI' });
    assert.equal(run.code, 1);
    assert.doesNotMatch(run.raw, /wJalrXUtnFEMI/);
  });
});

describe('a mistake that only AWS can tell of changes nothing either:', { concurrency: 3 }, () => {
  const elsewhere: readonly (readonly [what: string, inputs: Inputs, check: string, message: RegExp])[] = [
    [
      'a source that does not exist',
      { source: 's3://octo-nowhere/in/' },
      'source-bucket',
      /There is no bucket octo-nowhere\.[\s\S]*Correct `source`/,
    ],
    [
      'a destination that does not exist',
      { destination: 's3://octo-nowhere' },
      'destination-bucket',
      /There is no bucket octo-nowhere\.[\s\S]*Correct `destination`/,
    ],
    [
      'the wrong Region',
      { 'source-region': 'us-west-2' },
      'source-bucket',
      /is in eu-west-1, not in us-west-2[\s\S]*source-region: eu-west-1/,
    ],
    [
      'a role that does not exist',
      { 'source-role': 'arn:aws:iam::111122223333:role/nobody' },
      'source-identity',
      /The source role arn:aws:iam::111122223333:role\/nobody could not be assumed/,
    ],
    [
      'an ACL where ACLs are disabled',
      { acl: 'public-read' },
      'destination-ownership',
      /ACLs disabled[\s\S]*Leave `acl` empty/,
    ],
  ];
  for (const [what, inputs, check, message] of elsewhere) {
    test(what, async () => {
      const s = setStage(lab);
      s.from.put('object', 'content');
      const run = await s.run(inputs);
      assert.equal(run.code, 1);
      assert.ok(findings(run).includes(`${check}: fail`), run.log);
      assert.match(run.log, message);
      const { seen, fix } = checkOf(run, check);
      assert.match(`${seen} ${fix?.todo}`, message);
      assert.match(run.report.verdict.text, new RegExp(check));
      assert.ok(run.summary.includes(`**${check}**`));
      const writes = s.mutations().filter(({ key }) => !key?.endsWith('.s3-cross-account-sync-probe'));
      assert.deepEqual([writes, s.to.size, s.to.uploads.size], [[], 0, 0]);
    });
  }
});
