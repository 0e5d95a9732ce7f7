import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { OUTPUT_NAMES } from '../src/github/outputs.ts';
import { DEFAULTS, REQUIRED_INPUTS } from '../src/settings/inputs.ts';
import { parseSettings } from '../src/settings/parse.ts';

interface Declared {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: unknown;
}

const text = await readFile('action.yml', 'utf8');
const action: {
  inputs: Record<string, Declared>;
  outputs: Record<string, Declared>;
  runs: Record<string, string>;
} = parse(text);

test('action.yml and the code declare the same inputs, in the same order, with the same defaults', () => {
  const required = REQUIRED_INPUTS.map(name => [name, { required: true, default: undefined }]);
  const others = Object.entries(DEFAULTS).map(([name, value]) => [name, { required: false, default: value }]);
  const declared = Object.entries(action.inputs).map(([name, input]) => [
    name,
    { required: input.required ?? false, default: input.default },
  ]);
  assert.deepEqual(declared, [...required, ...others]);
});

test('the defaults of action.yml are accepted and are the defaults of the code', () => {
  const given = Object.entries(action.inputs).map(
    ([name, input]) => [name, String(input.default ?? '')] as const,
  );
  const locations = [
    ['source', 's3://from'],
    ['destination', 's3://onto'],
  ] as const;
  assert.deepEqual(parseSettings(new Map([...given, ...locations])), parseSettings(new Map(locations)));
});

test('action.yml and the code declare the same outputs', () => {
  assert.deepEqual(Object.keys(action.outputs), [...OUTPUT_NAMES]);
});

test('every input and output says what it is', () => {
  for (const [name, { description }] of Object.entries({ ...action.inputs, ...action.outputs })) {
    assert.match(description, /\S.*\.$/s, name);
  }
});

test('it runs on Node 24, with a post step', () => {
  assert.deepEqual(action.runs, { using: 'node24', main: 'dist/index.js', post: 'dist/post/index.js' });
});

test('tables, the words of --help and the statements of templates are written, and stale ones are noticed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docs-'));
  const words = join(folder, 'src/terminal/descriptions.json');
  await mkdir(dirname(words), { recursive: true });
  await writeFile(words, '{}\n');
  const readme = join(folder, 'README.md');
  const markers = ['inputs', 'outputs'].map(name => `<!-- ${name}:begin -->\nold\n<!-- ${name}:end -->`);
  await writeFile(join(folder, 'action.yml'), text);
  await writeFile(readme, `# Title\n\n${markers.join('\n\n')}\n\nThe end.\n`);
  const templates = ['setup/source-account.yaml', 'setup/destination-account.yaml'];
  await mkdir(join(folder, 'setup'));
  for (const path of templates) {
    const template = await readFile(path, 'utf8');
    await writeFile(join(folder, path), template.replace('- s3:GetObjectTagging', '- s3:Stale'));
  }
  const docs = (...args: string[]) =>
    promisify(execFile)(process.execPath, [resolve('scripts/docs.ts'), ...args], { cwd: folder });

  await assert.rejects(docs('--check'), {
    code: 1,
    stderr:
      /^README\.md does not match action\.yml.*\n.*descriptions\.json does not match.*\n.*source-account\.yaml.*\n.*destination-account\.yaml/,
  });
  await docs();
  await docs('--check');
  assert.equal(await readFile(words, 'utf8'), await readFile('src/terminal/descriptions.json', 'utf8'));
  for (const path of templates)
    assert.equal(await readFile(join(folder, path), 'utf8'), await readFile(path, 'utf8'));
  const written = await readFile(readme, 'utf8');
  assert.match(written, /^\| `source` \| \*\*required\*\* \| /m);
  assert.match(written, /^\| `preserve` \| `metadata, tags` \| /m);
  assert.match(written, /^\| `artifact-url` \| /m);
  assert.ok(
    written.startsWith('# Title\n') && written.endsWith('\nThe end.\n') && !written.includes('old\n'),
  );
});
