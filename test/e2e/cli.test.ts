/** The command line: what it takes, what it says where, and how it ends. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DEFAULTS, INPUT_NAMES, isSwitch } from '../../src/settings/inputs.ts';
import { isFlag } from '../../src/terminal/flags.ts';
import { call, runCli, startCli } from './cli-stage.ts';
import { allow, checkOf, contents, openLab, policy, type Stage, setStage, workspaces } from './stage.ts';

const lab = await openLab();
/** Not one request may reach it. */
const untouched = await openLab();

function fill(s: Stage, count: number): Stage {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
  return s;
}

describe('a run', { concurrency: 4 }, () => {
  test('copies and verifies, logs plain lines to stderr, and says on stdout how it ended', async () => {
    const s = fill(setStage(lab), 5);
    const run = await runCli(s);
    assert.equal(run.code, 0, run.log);
    assert.equal(
      run.stdout,
      'Synced and verified.\n' +
        '5 listed = 5 copied + 0 unchanged + 0 skipped + 0 failed; 0 deleted. 45 B copied.\n' +
        `Report: ${join(run.workspace, 's3-sync-report')}\n`,
    );
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.match(run.log, /^Preflight\n✓ source-identity: Acting as /m);
    assert.match(run.log, /^5 of 5 objects, /m);
    assert.equal(run.log.includes('\u001b'), false, 'no escape sequences');
    assert.deepEqual(run.remains, []);
    assert.equal(run.report.runUrl, undefined);
  });

  test('takes the same inputs as the action, and its lists in several flags', async () => {
    const s = setStage(lab);
    for (const key of ['a.jpg', 'b.png', 'c.txt', 'd.jpg']) s.from.put(key, key);
    s.to.put('old.jpg', 'x');
    const flags = [
      '--include',
      '*.jpg',
      '--include=*.png',
      '--exclude',
      'd.*',
      '--delete',
      '--max-delete=100%',
    ];
    const run = await runCli(s, [...flags, '--preserve', 'metadata', '--verify', 'checksum']);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.keys(), ['a.jpg', 'b.png']);
    const { settings } = run.report;
    assert.deepEqual([settings.include, settings.exclude], [['*.jpg', '*.png'], ['d.*']]);
    assert.deepEqual([settings.delete, settings.preserve], [true, ['metadata']]);
    assert.deepEqual([settings.artifact, settings.summary], ['', false], 'there is no such thing here');
  });

  test('with --mode dry-run changes nothing', async () => {
    const s = fill(setStage(lab), 2);
    const run = await runCli(s, ['--mode=dry-run']);
    assert.equal(run.code, 0, run.log);
    assert.match(run.stdout, /^Dry run: nothing was changed\.\n2 listed = 2 to copy .* 18 B to copy\.\n/);
    assert.deepEqual(s.mutations(), []);
  });

  test('with --mode verify ends with 1 where the sides differ', async () => {
    const s = fill(setStage(lab), 2);
    const run = await runCli(s, ['--mode', 'verify']);
    assert.equal(run.code, 1, run.log);
    assert.match(run.stdout, /^Failed: 2 objects differ\.\n/);
    assert.match(run.log, /^error: .*\nerror: 2 objects differ\.$/m);
  });

  test('with objects that fail ends with 1 and says which and why', async () => {
    const s = fill(setStage(lab), 3);
    s.fault(
      { operation: 'CopyObject', key: 'object-1' },
      { kind: 'error', status: 403, code: 'AccessDenied' },
    );
    const run = await runCli(s);
    assert.equal(run.code, 1, run.log);
    assert.match(run.log, /^error: AccessDenied: 1 object: .* First: object-1\./m);
    assert.match(run.stdout, /^Failed: 1 object failed\.\n3 listed = 2 copied .* 1 failed;/);
  });

  test('with a check that fails ends with 1 and the statement to paste', async () => {
    const s = fill(setStage(lab), 1);
    s.source.setBucketPolicy(undefined);
    const run = await runCli(s, ['--mode=preflight', '--engine=copy']);
    assert.equal(run.code, 1, run.log);
    assert.match(run.log, /^Bucket policy of \S+ \(account \d+\), to add for signer-can-read:\n {4}\{$/m);
    assert.match(run.log, /^ {10}"Sid": "S3SyncRead",$/m);
    assert.match(run.stdout, /^Failed: Preflight failed: .*\nReport: .*\n$/);
  });

  test('goes on when nobody reads what it says any more', async () => {
    const s = fill(setStage(lab), 3);
    const { process: child, finished } = await startCli(s);
    child.stderr.once('data', () => child.stderr.destroy());
    child.stdout.destroy();
    const run = await finished;
    assert.equal(run.code, 0);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('is named after the job of the CI system', async () => {
    const s = fill(setStage(lab), 1);
    const page = 'https://gitlab.example.com/octo/octo/-/jobs/4711';
    const run = await runCli(s, [], { environment: { CI: 'true', CI_JOB_URL: page, CI_JOB_ID: '4711' } });
    assert.equal(run.report.runUrl, page);
    assert.match(run.report.identities[0]?.arn ?? '', /\/s3sync-4711$/);
  });
});

describe('credentials', { concurrency: 4 }, () => {
  test('come from the token in a file', async () => {
    const s = fill(setStage(lab), 1);
    const file = join(tmpdir(), `token-${s.to.name}`);
    workspaces.push(file);
    await writeFile(file, `${await lab.github.oidc.token('sts.amazonaws.com')}\n`);
    const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: file };
    const run = await runCli(s, [], { environment, without: ['S3_SYNC_ID_TOKEN'] });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      run.report.identities.map(({ how }) => how),
      ['oidc', 'oidc'],
    );
  });

  test('are those at hand where no role is given', async () => {
    const s = fill(setStage(lab), 1);
    const { admin } = s.destination;
    s.source.setBucketPolicy(
      policy({
        ...allow(
          ['s3:ListBucket', 's3:GetObject', 's3:GetObjectTagging'],
          [`arn:aws:s3:::${s.from.name}`, `arn:aws:s3:::${s.from.name}/*`],
        ),
        Principal: { AWS: s.destination.account },
      }),
    );
    const run = await runCli(
      s,
      ['--source-role=', '--destination-role', '', '--source-account', s.source.account],
      {
        environment: lab.environment(admin),
        without: ['S3_SYNC_ID_TOKEN'],
      },
    );
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.identities[0]?.how, 'ambient');
  });

  test('for a role are missed with the ways to give them', async () => {
    const s = fill(setStage(lab), 1);
    const run = await runCli(s, [], { without: ['S3_SYNC_ID_TOKEN'] });
    assert.equal(run.code, 1, run.log);
    const { verdict, fix } = checkOf(run, 'source-identity');
    assert.equal(verdict, 'fail');
    assert.match(fix?.todo ?? '', /S3_SYNC_ID_TOKEN \(GitLab: `id_tokens`\).*AWS_WEB_IDENTITY_TOKEN_FILE/);
    assert.ok(run.log.includes(fix?.todo ?? '?'));
  });
});

describe('mistakes', { concurrency: 4 }, () => {
  test('are told all at once, by name, with exit code 2 and before any call', async () => {
    const args = [
      ['--dry-run', '--destinaton', 's3://b', '--source', 'octo', '--max-delete', '110%', '--delete', 'yes'],
      [
        '--mode',
        'sync',
        '--mode=dry-run',
        '--kms-key',
        '--no-verify',
        '--artifact=x',
        '-x',
        'stray',
        '--',
        'tail',
      ],
    ].flat();
    const { code, stdout, log } = await call(args, untouched.environment());
    assert.equal(code, 2);
    assert.equal(stdout, '');
    for (const told of [
      'dry-run: there is no such input. Did you mean mode: dry-run?',
      'destinaton: there is no such input. Did you mean destination?',
      'source: "octo" does not begin with s3://',
      'destination: is required.',
      'max-delete: "110%" is more than 100%',
      'delete: "yes" is not understood. Accepted: true or false.',
      'mode: is given 2 times. Accepted: one value.',
      'kms-key: has no value. Accepted: --kms-key VALUE',
      'no-verify: there is no such input.',
      'artifact: is for runs on GitHub',
      '"-x" belongs to no flag.',
      '"stray" belongs to no flag.',
      '"tail" belongs to no flag.',
    ]) {
      assert.ok(log.includes(`error: ${told}`), `${told}\n---\n${log}`);
    }
    assert.match(log, /^All flags: s3-cross-account-sync --help$/m);
    assert.deepEqual(untouched.requests.all(), []);
  });

  test('in a flag that does not exist do not show its value, which may be a secret', async () => {
    const { code, log } = await call(
      ['--token', 'hunter2', '--github-token=hunter2'],
      untouched.environment(),
    );
    assert.equal(code, 2);
    assert.doesNotMatch(log, /hunter2/);
    assert.deepEqual(untouched.requests.all(), []);
  });
});

describe('--help and --version', { concurrency: 4 }, () => {
  test('show every flag once with its default, and none that is for GitHub only', async () => {
    for (const args of [['--help'], ['-h', '--source', 'nonsense']]) {
      const { code, stdout, log } = await call(args);
      assert.deepEqual([code, log], [0, '']);
      const shown = [...stdout.matchAll(/^ {2}--([a-z-]+)(?:, --no-\1)?(?: VALUE)?(?: \((.*)\))?$/gm)];
      assert.deepEqual(
        shown.map(([, name]) => name).sort(),
        [...INPUT_NAMES.filter(isFlag), 'subject', 'json', 'version'].sort(),
      );
      for (const [line, name = '', aside] of shown) {
        const value = (DEFAULTS as Readonly<Record<string, string>>)[name];
        const isRequired = name === 'source' || name === 'destination';
        assert.equal(aside, isRequired ? 'required' : value ? `default: ${value}` : undefined, line);
        assert.equal(line.includes(`--no-${name}`), isSwitch(name), line);
      }
      assert.ok(stdout.split('\n').every(line => line.length <= 80));
    }
  });

  test('show the version', async () => {
    const { code, stdout } = await call(['--version']);
    assert.deepEqual([code, /^\d+\.\d+\.\d+\n$/.test(stdout)], [0, true]);
  });
});
