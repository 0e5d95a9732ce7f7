/**
 * Builds `dist/` from `src/`, or with `--check` fails when what is committed is not what the sources make.
 *
 * tsc only strips types here (`npm run check` is what checks them) and ncc bundles what it leaves: ncc's own TypeScript
 * would check the whole repository once for every entry. ncc leaves old chunks in its output folder, so that every
 * build starts from an empty one. `dist/cli/` is a package by itself: the repository's own would have npm load all that
 * is in the bundle already.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { OLDEST } from '../src/terminal/node-version.ts';
import { licensesOf, packagesOf } from './licenses.ts';

const ENTRIES = [
  { source: 'lib/src/main.js', folder: '.' },
  { source: 'lib/src/post.js', folder: 'post' },
  { source: 'lib/src/cli.js', folder: 'cli' },
];

const root = join(import.meta.dirname, '..');
const committed = join(root, 'dist');
const built = mkdtempSync(join(tmpdir(), 's3-sync-dist-'));
const scratch = mkdtempSync(join(tmpdir(), 's3-sync-stats-'));

rmSync(join(root, 'lib'), { recursive: true, force: true });
run('typescript/bin/tsc', '--project', 'tsconfig.build.json');
for (const { source, folder } of ENTRIES) {
  const stats = join(scratch, 'stats.json');
  run('@vercel/ncc/dist/ncc/cli.js', 'build', source, '-o', join(built, folder), '--stats-out', stats);
  const { modules } = JSON.parse(readFileSync(stats, 'utf8'));
  writeFileSync(join(built, folder, 'licenses.txt'), licensesOf(packagesOf(modules)));
}
rmSync(scratch, { recursive: true });

writeFileSync(join(built, 'cli/package.json'), `${JSON.stringify(cliManifest(), null, 2)}\n`);
cpSync(join(root, 'LICENSE'), join(built, 'cli/LICENSE'));

if (process.argv.includes('--check')) {
  const stale = differences(built, committed);
  rmSync(built, { recursive: true });
  if (stale.length > 0) {
    console.error(
      `dist/ is not what src/ makes; run \`npm run package\` and commit it:\n  ${stale.join('\n  ')}`,
    );
    process.exit(1);
  }
  console.log('dist/ is what src/ makes.');
} else {
  rmSync(committed, { recursive: true, force: true });
  cpSync(built, committed, { recursive: true });
  rmSync(built, { recursive: true });
}

function cliManifest() {
  const { name, version, description, license, type } = manifest;
  const engines = { node: `>=${OLDEST.join('.')}` };
  return { name, version, description, license, type, bin: 'index.js', engines };
}

function run(tool: string, ...args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
}

/** Files that only one side has, or that differ. */
function differences(left: string, right: string): string[] {
  const names = new Set([...filesOf(left), ...filesOf(right)]);
  return [...names].filter(name => contentOf(join(left, name)) !== contentOf(join(right, name))).sort();
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)));
}

function contentOf(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'base64') : undefined;
}
