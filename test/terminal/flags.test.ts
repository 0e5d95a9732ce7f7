import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { INPUT_NAMES, isSwitch } from '../../src/settings/inputs.ts';
import { isFlag, readFlags } from '../../src/terminal/flags.ts';

/** What flags alone say: without what stands for things that only GitHub has. */
function inputsOf(...args: string[]): Record<string, string> {
  const { inputs, problems } = readFlags(args);
  assert.deepEqual(problems, []);
  const {
    artifact,
    'artifact-retention-days': days,
    summary,
    comment,
    'github-token': token,
    ...others
  } = Object.fromEntries(inputs);
  assert.deepEqual([artifact, days, summary, comment, token], ['', '', 'false', 'false', '']);
  return others;
}

function problemsOf(...args: string[]): readonly string[] {
  return readFlags(args).problems;
}

test('every input, in every spelling, comes through as it was given', () => {
  const spelling = fc.constantFrom('apart', 'together');
  const flag = fc.tuple(fc.constantFrom(...INPUT_NAMES.filter(isFlag)), fc.string(), spelling);
  fc.assert(
    fc.property(fc.uniqueArray(flag, { selector: ([name]) => name }), flags => {
      const args = flags.flatMap(([name, value, how]) =>
        how === 'together' || value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value],
      );
      assert.deepEqual(inputsOf(...args), Object.fromEntries(flags.map(([name, value]) => [name, value])));
    }),
  );
});

test('a switch alone is true, with no- before it false, and takes a value as any input does', () => {
  for (const name of INPUT_NAMES.filter(each => isFlag(each) && isSwitch(each))) {
    for (const [args, value] of [
      [[`--${name}`], 'true'],
      [[`--${name}`, '--mode', 'sync'], 'true'],
      [[`--no-${name}`], 'false'],
      [[`--${name}`, 'false'], 'false'],
      [[`--${name}=false`], 'false'],
      [[`--${name}`, 'yes'], 'yes'],
    ] as const) {
      assert.equal(inputsOf(...args)[name], value, args.join(' '));
    }
  }
});

test('an input of several values may be given in several flags, any other but once', () => {
  assert.deepEqual(inputsOf('--include', 'a', '--include=b\nc', '--exclude', 'd'), {
    include: 'a\nb\nc',
    exclude: 'd',
  });
  assert.match(problemsOf('--acl=a', '--acl=b').join(), /^acl: is given 2 times/);
  assert.match(problemsOf('--delete', '--no-delete').join(), /^delete: is given 2 times/);
});

test('a flag without its value is refused, wherever it stands', () => {
  for (const args of [['--acl'], ['--acl', '--mode', 'sync'], ['--acl', '--'], ['--acl', '-x']]) {
    assert.match(
      problemsOf(...args)[args.includes('-x') ? 1 : 0] ?? '',
      /^acl: has no value/,
      args.join(' '),
    );
  }
});

test('what belongs to no flag is refused, each once', () => {
  assert.deepEqual(
    problemsOf('octo', '-source', '--no-delete', 'x', '--', '--mode').map(problem => problem.split(' ')[0]),
    ['"octo"', '"-source"', '"x"', '"--mode"'],
  );
  assert.match(problemsOf('a\u001b[2J').join(), /^"a\\x1b\[2J" belongs/);
});

test('what only GitHub has is refused, be it an input of now or of later', () => {
  for (const flag of [
    '--artifact=x',
    '--no-summary',
    '--artifact-retention-days',
    '--comment',
    '--github-token=x',
  ]) {
    assert.match(problemsOf(flag).join(), /^[a-z-]+: is for runs on GitHub/, flag);
  }
});

test('unknown names go on to where all unknown names are told', () => {
  assert.deepEqual(inputsOf('--dry-run', '--no-mode', '--tokne', 'x'), {
    'dry-run': '',
    'no-mode': '',
    tokne: 'x',
  });
});

test('help is wanted more than anything else, and a word that holds an h does not ask for it', () => {
  assert.equal(readFlags(['--acl', '--version', '--help']).wants, 'help');
  assert.equal(readFlags(['-h']).wants, 'help');
  assert.equal(readFlags(['--version']).wants, 'version');
  assert.equal(readFlags(['-path']).wants, 'run');
});

test('policies is a word before all flags, and has two of its own', () => {
  const { wants, inputs, problems, subjects, json } = readFlags([
    'policies',
    ...['--source', 's3://octo-source', '--subject', 'repo:a', '--json', '--subject=repo:b'],
  ]);
  assert.deepEqual([wants, problems, subjects, json], ['policies', [], ['repo:a', 'repo:b'], true]);
  assert.equal(inputs.get('source'), 's3://octo-source');
  assert.deepEqual([inputs.has('subject'), inputs.has('json')], [false, false]);
  assert.deepEqual(readFlags(['policies', '--subject']).problems, [
    'subject: has no value. Accepted: --subject VALUE, or --subject=VALUE where it begins with a dash.',
  ]);
  assert.match(problemsOf('--source=s3://octo-source', 'policies')[0] ?? '', /"policies" belongs to no flag/);
  assert.equal(readFlags(['--subject', 'repo:a']).inputs.get('subject'), 'repo:a', 'a run knows none of it');
  assert.equal(readFlags(['policies', '--help']).wants, 'help');
});
