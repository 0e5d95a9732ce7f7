/** Policies composed from inputs alone: what is named, what is said besides, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/errors.ts';
import { PRESERVABLE, type Settings } from '../../src/model/settings.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { policiesFor } from '../../src/setup/policies.ts';
import { renderJson, renderText } from '../../src/setup/render.ts';
import { wrongSubjects } from '../../src/setup/subjects.ts';

const FROM = 'arn:aws:iam::111122223333:role/s3-sync-source';
const TO = 'arn:aws:iam::444455556666:role/s3-sync-destination';
const KEY = 'arn:aws:kms:eu-central-1:444455556666:key/1234';
const SUBJECT = 'repo:octo-org/octo-repo:ref:refs/heads/main';
const IMMUTABLE = 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main';

function settingsOf(inputs: Readonly<Record<string, string>> = {}): Settings {
  const all = {
    source: 's3://octo-source',
    destination: 's3://octo-destination',
    'source-role': FROM,
    'destination-role': TO,
    ...inputs,
  };
  return parseSettings(new Map(Object.entries(all)));
}

const notesOf = (inputs: Readonly<Record<string, string>>, ...subjects: string[]) =>
  policiesFor(settingsOf(inputs), subjects).notes.join('\n');

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

test('every side needs a role to name', () => {
  const problems = problemsOf(() =>
    policiesFor(settingsOf({ 'source-role': '', 'destination-role': '' }), []),
  );
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? '', /^source-role: is required.*Accepted: the ARN of an IAM role/);
  assert.match(problems[1] ?? '', /^destination-role: is required/);
});

test('folders that DataSync cannot map are refused', () => {
  const inputs = {
    source: 's3://octo-source/a',
    destination: 's3://octo-destination/b/',
    engine: 'datasync',
    'datasync-role': 'arn:aws:iam::111122223333:role/datasync',
    'work-location': 's3://octo-work',
  };
  const [problem] = problemsOf(() => policiesFor(settingsOf(inputs), []));
  assert.match(
    problem ?? '',
    /^source, destination: no two folders .*octo-source\/a .*octo-destination\/b\//,
  );
});

test('a subject is taken to the letter, and none of wildcards is', () => {
  const good = [SUBJECT, IMMUTABLE, 'repo:octo-org/octo-repo:environment:a%3Ab', 'repo:o/r:pull_request'];
  assert.deepEqual(wrongSubjects(good), []);
  for (const bad of [
    '',
    '*',
    'repo:octo-org/octo-repo:*',
    'repo:octo-org/octo-repo',
    'octo-org/octo-repo',
    'repo:?/r:x',
  ])
    assert.match(wrongSubjects([SUBJECT, bad]).join('\n'), /^subject: ".*" .*Accepted: .*repo:/);
});

test('what is left out or taken for granted is said', () => {
  assert.match(notesOf({ engine: 'auto' }), /Engine auto copies server-side/);
  assert.doesNotMatch(notesOf({ engine: 'copy' }), /Engine auto/);
  assert.match(notesOf({}), /Trust policies of .* are left out/);
  assert.match(notesOf({}, SUBJECT), /in both forms/);
  assert.match(notesOf({}, IMMUTABLE), /in both forms/);
  assert.doesNotMatch(notesOf({}, SUBJECT, IMMUTABLE), /both forms|left out/);
  assert.match(notesOf({ mode: 'dry-run' }), /Mode dry-run changes nothing/);
  assert.match(notesOf({ 'session-duration': '6h' }), /Sessions of 6h are longer than the 1 hour/);
  assert.match(notesOf({ 'source-region': 'eu-west-1' }), /`\*` stands for Regions/);
  assert.doesNotMatch(
    notesOf({ 'source-region': 'eu-west-1', 'destination-region': 'eu-west-1' }),
    /Regions/,
  );
});

test('auto comes with every service that has a role and a place for manifests', () => {
  const settings: Settings = {
    ...settingsOf(),
    workLocation: { bucket: 'octo-work', prefix: '' },
    dataSync: { ...settingsOf().dataSync, roleArn: 'arn:aws:iam::111122223333:role/datasync' },
  };
  const { engines, blocks } = policiesFor(settings, []);
  assert.deepEqual(engines, ['copy', 'datasync']);
  assert.deepEqual(policiesFor({ ...settings, workLocation: undefined }, []).engines, ['copy']);
  const statements = blocks.flatMap(block => block.statements.map(({ Sid }) => Sid));
  assert.ok(statements.includes('S3SyncWrite') && statements.includes('S3SyncDataSync'));
});

test('Regions that are given narrow what names one', () => {
  const regions = { 'source-region': 'eu-west-1', 'destination-region': 'eu-central-1' };
  const text = renderText(policiesFor(settingsOf(regions), []));
  assert.match(text, /"arn:aws:kms:eu-west-1:111122223333:key\/\*"/);
  assert.match(text, /"arn:aws:kms:eu-central-1:444455556666:key\/\*"/);
});

test('a key is told in its own policy across accounts, and in its own account only where it decides for itself', () => {
  const inputs = { encryption: 'aws:kms', 'kms-key': KEY };
  const keyOf = (more: Readonly<Record<string, string>>) =>
    policiesFor(settingsOf({ ...inputs, ...more }), []).blocks.find(({ name }) => name === KEY);
  assert.deepEqual(keyOf({})?.statements, []);
  assert.match(keyOf({})?.onlyIf[0]?.when ?? '', /does not leave the decision/);
  const [across] = keyOf({ 'copy-as': 'source' })?.statements ?? [];
  assert.deepEqual(across, {
    Sid: 'S3SyncEncrypt',
    Effect: 'Allow',
    Principal: { AWS: FROM },
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: '*',
  });
});

test('within one account no bucket needs a policy', () => {
  const inputs = { 'destination-role': FROM.replace('source', 'destination') };
  const { blocks } = policiesFor(settingsOf(inputs), [SUBJECT]);
  assert.deepEqual(new Set(blocks.map(({ kind }) => kind)), new Set(['trust', 'role']));
});

test('text heads each policy with account and resource, and JSON has each by its name', () => {
  const policies = policiesFor(settingsOf({ engine: 'copy' }), [SUBJECT, IMMUTABLE]);
  const text = renderText(policies);
  for (const head of [
    `=== Account 111122223333: trust policy of the role ${FROM}`,
    `=== Account 111122223333: policy of the role ${FROM}`,
    '=== Account 111122223333: policy of the bucket octo-source',
    '=== Account 111122223333: policy of the key of octo-source',
    `=== Account 444455556666: trust policy of the role ${TO}`,
    `=== Account 444455556666: policy of the role ${TO}`,
  ])
    assert.ok(text.includes(`${head}\n`), head);
  const json = JSON.parse(renderJson(policies));
  assert.deepEqual(Object.keys(json.roles), [FROM, TO]);
  assert.deepEqual(Object.keys(json.buckets), ['octo-source']);
  assert.deepEqual(Object.keys(json.keys), ['the key of octo-source']);
  assert.equal(json.keys['the key of octo-source'].policy, undefined);
  const { trust, policy } = json.roles[TO];
  assert.deepEqual(trust.Statement[0].Condition.StringEquals, {
    'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
    'token.actions.githubusercontent.com:sub': [SUBJECT, IMMUTABLE],
  });
  assert.equal(policy.Version, '2012-10-17');
});

test('no control character of an input reaches the text', () => {
  const text = renderText(policiesFor(settingsOf({ source: 's3://octo-source/\u001b[31mred' }), []));
  assert.equal(text.includes('\u001b'), false);
});

test('whatever the inputs, a policy has each Sid once, and only those of others have principals, and who changes nothing may not', () => {
  const inputs = fc.record({
    engine: fc.constantFrom('auto', 'copy', 'stream'),
    'copy-as': fc.constantFrom('source', 'destination'),
    delete: fc.constantFrom('true', 'false'),
    preserve: fc.subarray([...PRESERVABLE], { minLength: 1 }).map(list => list.join(',')),
    mode: fc.constantFrom('sync', 'dry-run', 'verify', 'preflight'),
    encryption: fc.constantFrom('', 'AES256', 'aws:kms'),
    'source-account': fc.constantFrom('', '999999999999'),
  });
  fc.assert(
    fc.property(inputs, given => {
      fc.pre(!(given.engine === 'stream' && given['copy-as'] === 'source'));
      const { blocks } = policiesFor(settingsOf(given), [SUBJECT]);
      for (const { kind, statements, onlyIf } of blocks) {
        const all = [...statements, ...onlyIf.flatMap(more => more.statements)];
        assert.equal(new Set(all.map(({ Sid }) => Sid)).size, all.length);
        for (const { Principal, Resource, Action } of all) {
          assert.equal(Principal === undefined, kind === 'role');
          assert.equal(Resource === undefined, kind === 'trust');
          assert.ok([Action].flat().length > 0);
          if (given.mode === 'dry-run' || given.mode === 'verify')
            assert.doesNotMatch(String(Action), /s3:(Put|Delete|Abort|Restore)|kms:Gen/);
        }
      }
    }),
  );
});
