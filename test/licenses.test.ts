/** What is published carries the licences of what is in it, and nothing is in it that may not be. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { ALLOWED, licensesOf, packagesOf } from '../scripts/licenses.ts';

const MODULES = resolve('node_modules');

describe('dist', () => {
  for (const folder of ['dist', 'dist/post', 'dist/cli']) {
    test(`${folder}/licenses.txt has every package that the bundle names, with a licence we may bundle and its text`, () => {
      const entries = read(join(folder, 'licenses.txt'));
      for (const { id, license, text } of entries) {
        for (const name of license.split(' AND ')) assert.ok(ALLOWED.has(name), `${id}: ${license}`);
        assert.match(text, /permi[ts]|licen[cs]e/i, id);
      }
      const listed = new Set(entries.map(({ id }) => id.slice(0, id.lastIndexOf('@'))));
      const named = namedIn(globSync(`${folder}/*.js`));
      assert.notEqual(named.size, 0);
      assert.deepEqual(
        [...named].filter(name => !listed.has(name)),
        [],
      );
    });
  }
});

describe('the list of licences', () => {
  test('has each version of a package, and no more of one that is there twice', () => {
    const at = (path: string) => ({ nameForCondition: join(MODULES, path) });
    const folders = packagesOf([
      { ...at('glob/dist/index.js'), modules: [at('glob/node_modules/minimatch/index.js')] },
      { nameForCondition: resolve('lib/src/main.js'), modules: [at('@aws-sdk/core/client.js')] },
      at('glob/dist/other.js'),
      { nameForCondition: null },
    ]);
    assert.deepEqual(
      folders.map(folder => folder.slice(MODULES.length + 1)),
      ['@aws-sdk/core', 'glob', 'glob/node_modules/minimatch'],
    );
  });

  test('refuses what may not be bundled, by its name', () => {
    const simulator = join(MODULES, '@cloud-copilot/iam-simulate');
    assert.throws(
      () => licensesOf([simulator]),
      /^Error: @cloud-copilot\/iam-simulate@.* may not be .*"AGPL-3\.0/,
    );
  });

  test('refuses a package that names no licence, and one whose text is missing', async t => {
    const folder = await mkdtemp(join(tmpdir(), 'licenses-'));
    t.after(() => rm(folder, { recursive: true }));
    const pack = async (name: string, license?: string) => {
      await mkdir(join(folder, name));
      await writeFile(
        join(folder, name, 'package.json'),
        JSON.stringify({ name, version: '1.0.0', license }),
      );
      return [join(folder, name)];
    };
    const [silent, bare, plain] = [
      await pack('silent'),
      await pack('bare', 'ISC'),
      await pack('plain', 'MIT'),
    ];
    assert.throws(() => licensesOf(silent), /silent@1\.0\.0 may not be bundled: its licence is ""/);
    assert.throws(() => licensesOf(bare), /bare has no text of its licence, ISC/);
    assert.match(
      licensesOf(plain),
      /^=== plain@1\.0\.0 \(MIT\)\n\nMIT License\n\nCopyright \(c\) the authors of plain\n/,
    );
  });
});

interface Entry {
  readonly id: string;
  readonly license: string;
  readonly text: string;
}

function read(path: string): Entry[] {
  const parts = readFileSync(path, 'utf8').split(/^=== (\S+) \((.+)\)$/m);
  const entries: Entry[] = [];
  for (let i = 1; i < parts.length; i += 3) {
    const [id = '', license = '', text = ''] = parts.slice(i, i + 3);
    entries.push({ id, license, text });
  }
  return entries;
}

/** Packages of which webpack says in a comment that it put modules together; of the others it says nothing. */
function namedIn(files: readonly string[]): Set<string> {
  const comments = files.flatMap(file => [
    ...readFileSync(file, 'utf8').matchAll(
      /^;\/\/ CONCATENATED MODULE: \S*node_modules\/((?:@[^/]+\/)?[^/]+)/gm,
    ),
  ]);
  return new Set(comments.map(([, name = '']) => name));
}
