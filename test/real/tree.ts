/** A real tree of files: a share of what npm installed here, and names that no package dares to have. */
import { cp, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { run } from './run.ts';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
/** Above this, clients upload in parts. */
const LARGE_BYTES = 8 * 1024 ** 2;
const TOO_LARGE_BYTES = 64 * 1024 ** 2;

const ODD_NAMES = [
  ' leading and trailing space ',
  'a+b%20c%2Fd%.txt',
  'question?mark=1&two;three#four',
  'quote\'double"back`tick',
  '(round) [square] {curly} <angle>',
  'back\\slash|pipe^caret~tilde',
  '*star@at$dollar!bang,comma:colon=equals',
  'two..dots and .hidden/...three',
  '-dash/--double',
  'é composed',
  'e\u0301 decomposed',
  '日本語/ファイル.txt',
  'astral 😀 and \uffee below it',
  `${'long'.repeat(50)}/${'er'.repeat(100)}`,
];

export interface Tree {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Fills the folder with every large file that tests have time for and one of `share` others, the same ones wherever the
 * same packages are installed.
 */
export async function plantTree(folder: string, share: number): Promise<Tree> {
  const files = await filesOf(MODULES);
  const large = files.filter(({ size }) => size > LARGE_BYTES && size < TOO_LARGE_BYTES);
  const others = files.filter(({ size }) => size <= LARGE_BYTES).filter((_, index) => index % share === 0);
  const chosen = [...large, ...others];
  for (const { path } of chosen) await cp(join(MODULES, path), join(folder, 'node_modules', path));
  for (const name of ODD_NAMES) await plant(join(folder, 'odd', name), name);
  await plant(join(folder, 'empty'), '');
  return {
    files: chosen.length + ODD_NAMES.length + 1,
    bytes: chosen.reduce((sum, { size }) => sum + size, 0),
  };
}

/** A few files of every kind, for clients that are tried out command by command. */
export async function plantSapling(folder: string): Promise<Tree> {
  for (const name of ODD_NAMES) await plant(join(folder, name), name);
  await plant(join(folder, 'empty'), '');
  await plant(join(folder, 'large'), pattern(3 * LARGE_BYTES + 1));
  // S3 tells whole seconds, of an upload in parts those of its beginning: of the same second, a file looks newer.
  const before = new Date(Date.now() - 60_000);
  for (const { path } of await filesOf(folder)) await utimes(join(folder, path), before, before);
  return { files: ODD_NAMES.length + 2, bytes: 3 * LARGE_BYTES + 1 };
}

export async function plant(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** @throws with the differences, when two trees are not the same to the last byte */
export async function assertSameTree(left: string, right: string): Promise<void> {
  await run('diff', ['--recursive', '--brief', left, right]);
}

/** Links are left out. */
async function filesOf(folder: string): Promise<{ path: string; size: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(async path => ({ path: relative(folder, path), size: (await stat(path)).size })),
  );
}

/** Bytes that differ from part to part. */
function pattern(length: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(length / 4) }, (_, index) => index).buffer,
    0,
    length,
  );
}
