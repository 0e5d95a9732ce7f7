/** What the linters of workflows say of ours, of the examples and of action.yml. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { need } from './programs.ts';
import { run } from './run.ts';

const NO_WORKFLOW = 'gitlab-ci.yml';

const ours = await yamlIn('.github/workflows');
const examples = (await yamlIn('examples')).filter(path => !path.endsWith(NO_WORKFLOW));

test('actionlint has nothing to say', async () => {
  assert.equal(await run(need('actionlint'), ['-color=false', ...ours, ...examples]), '');
});

test('zizmor finds nothing', async () => {
  // Exit code and findings are one: it fails on any of them.
  await run(need('zizmor'), ['--offline', '--quiet', '.github', 'action.yml', ...examples]);
});

async function yamlIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter(name => name.endsWith('.yml')).map(name => join(folder, name));
}
