/** The package of the command line, as npx gets it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { ACTION } from './stage.ts';

const run = promisify(execFile);

test('it is small, depends on nothing, and runs once it is installed', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'package.json'), '{}');
  const npm = async (...args: string[]) => (await run('npm', args, { cwd: folder })).stdout;

  const [packed] = JSON.parse(await npm('pack', '--json', join(ACTION, 'dist/cli')));
  assert.deepEqual(packed.files.map(({ path }: { path: string }) => path).sort(), [
    'LICENSE',
    'index.js',
    'licenses.txt',
    'package.json',
  ]);
  assert.ok(packed.size < 1_000_000, `${packed.size} bytes`);

  await npm('install', '--offline', '--no-audit', '--no-fund', packed.filename);
  const tree = JSON.parse(await npm('ls', '--all', '--json'));
  assert.deepEqual(Object.keys(tree.dependencies), [manifest.name]);
  assert.equal(tree.dependencies[manifest.name].dependencies, undefined);
  const { stdout } = await run(join(folder, 'node_modules/.bin', manifest.name), ['--version']);
  assert.equal(stdout, `${manifest.version}\n`);
});
