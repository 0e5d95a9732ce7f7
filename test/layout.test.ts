import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const HOUSE = fileURLToPath(new URL('..', import.meta.url));
const MOST_LINES = 400;

/** Rooms and files of src by rank: imports go from higher to lower, never back and never sideways. */
const RANKS: Readonly<Record<string, number>> = {
  model: 0,
  errors: 0,
  glob: 0,
  meanwhile: 0,
  'target-folder': 0,
  ndjson: 0,
  'whole-file': 0,
  record: 0,
  disk: 1,
  sync: 1,
  aws: 1,
  github: 1,
  report: 1,
  settings: 1,
  s3: 2,
  datasync: 2,
  terminal: 2,
  s3control: 2,
  choice: 3,
  preflight: 3,
  engines: 3,
  setup: 3,
  job: 4,
  main: 5,
  post: 5,
  cli: 5,
};

/** `sync` of `src/sync/merge.ts`, `model` of `src/model/plan.ts`. */
function roomOf(path: string): string {
  const [, room = ''] = path.split(sep);
  return room.replace(/\.ts$/, '');
}

/** Everything a file imports, types and dynamic imports included. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** What is wrong with an import; `undefined` when it goes the right way. */
function wrong(path: string, imported: string): string | undefined {
  const room = roomOf(path);
  if (!imported.startsWith('.')) {
    return imported.startsWith('@actions/') && room !== 'github'
      ? `${path} imports ${imported}: only src/github knows GitHub`
      : undefined;
  }
  const target = relative(HOUSE, resolve(HOUSE, dirname(path), imported));
  if (target === 'package.json') return undefined;
  if (!target.startsWith(`src${sep}`)) return `${path} imports ${imported}, which is outside of src`;
  const other = roomOf(target);
  const [from, to] = [RANKS[room], RANKS[other]];
  if (from === undefined || to === undefined) return `${path} imports ${imported}: a room without a rank`;
  if (room === other && path !== target) return undefined;
  // What every room speaks in may speak of itself.
  if (from === 0 && other === 'model') return undefined;
  return to < from ? undefined : `${path} (rank ${from}) imports ${imported} (rank ${to})`;
}

const filesOf = (folder: string) =>
  readdirSync(join(HOUSE, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.[cm]?[jt]sx?$/.test(name))
    .map(name => join(folder, name));
const FILES = filesOf('src');
const textOf = (path: string) => readFileSync(join(HOUSE, path), 'utf8');

test('every file of src is in a room that has a rank, and every room has a file', () => {
  assert.deepEqual([...new Set(FILES.map(roomOf))].sort(), Object.keys(RANKS).sort());
});

test('imports go one way, only src/github knows GitHub, and src knows nothing outside of it', () => {
  const edges = FILES.flatMap(path => importsOf(textOf(path)).map(imported => [path, imported] as const));
  assert.ok(edges.length > 200, `only ${edges.length} imports were found`);
  assert.deepEqual(
    edges.flatMap(([path, imported]) => wrong(path, imported) ?? []),
    [],
  );
});

/** Files that import each other, in order, the first of them also at the end; empty when there are none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const cleared = new Set<string>();
  const search = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (cleared.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const circle = search(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    cleared.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const circle = search(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('nowhere do files import each other in a circle', () => {
  const files = ['src', 'lab', 'test', 'bench', 'chaos', 'scripts'].flatMap(filesOf);
  const importedBy = (path: string) =>
    importsOf(textOf(path))
      .filter(imported => imported.startsWith('.'))
      .map(imported => relative(HOUSE, resolve(HOUSE, dirname(path), imported)));
  assert.deepEqual(circleIn(new Map(files.map(path => [path, importedBy(path)]))), []);
});

test('a circle is found wherever it begins, and what only meets again is none', () => {
  const circle = { a: ['b', 'c'], b: ['c'], c: ['d'], d: ['b'] };
  assert.deepEqual(circleIn(new Map(Object.entries(circle))), ['b', 'c', 'd', 'b']);
  assert.deepEqual(circleIn(new Map(Object.entries({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))), []);
  assert.deepEqual(circleIn(new Map([['a', ['a']]])), ['a', 'a']);
});

test(`no file of src is longer than ${MOST_LINES} lines`, () => {
  const long = FILES.filter(path => textOf(path).split('\n').length - 1 > MOST_LINES);
  assert.deepEqual(long, []);
});

/** Imports, and whether they would be let through: the rule itself, tried out. */
const TRIALS: readonly [string, string, boolean][] = [
  ['src/sync/merge.ts', './order.ts', true],
  ['src/sync/merge.ts', '../model/plan.ts', true],
  ['src/errors.ts', './model/objects.ts', true],
  ['src/model/plan.ts', '../errors.ts', false],
  ['src/ndjson.ts', './sync/merge.ts', false],
  ['src/sync/plan.ts', '../s3/list.ts', false],
  ['src/sync/plan.ts', '../aws/trouble.ts', false],
  ['src/sync/plan.ts', '../sync/merge.ts', true],
  ['src/s3/list.ts', '../sync/merge.ts', true],
  ['src/preflight/checks.ts', '../engines/copy.ts', false],
  ['src/job/job.ts', '../main.ts', false],
  ['src/main.ts', './post.ts', false],
  ['src/main.ts', './job/job.ts', true],
  ['src/main.ts', '../lab/main.ts', false],
  ['src/s3/list.ts', '../../test/sync/make.ts', false],
  ['src/job/tool.ts', '../../package.json', true],
  ['src/job/job.ts', './elsewhere/x.ts', true],
  ['src/job/job.ts', '../elsewhere/x.ts', false],
  ['src/main.ts', '@actions/core', false],
  ['src/github/log.ts', '@actions/core', true],
  ['src/s3/list.ts', '@aws-sdk/client-s3', true],
];

for (const [path, imported, allowed] of TRIALS) {
  test(`${path} may ${allowed ? '' : 'not '}import ${imported}`, () => {
    assert.equal(wrong(path, imported) === undefined, allowed);
  });
}

test('no way of writing an import is overlooked', () => {
  const text = `
    import type { A } from './a.ts';
    import { b,
      type B } from './b.ts';
    import './c.ts';
    export * from './d.ts';
    export type { E } from './e.ts';
    const f = await import('./f.ts');
    // import './comment.ts';
    const text = "import './text.ts'";`;
  assert.deepEqual(importsOf(text), ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
});
