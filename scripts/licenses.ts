/**
 * The licences of all that is in a bundle. ncc's own list leaves out ES modules that webpack has put together into one
 * (https://github.com/xz64/license-webpack-plugin/issues/116), so this one is made from webpack's account of its modules.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A module of `ncc build --stats-out`; one that is made of others has them in it. */
export interface BundledModule {
  /** Path of its file. */
  readonly nameForCondition?: string | null;
  readonly modules?: readonly BundledModule[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** Licences under which a package may be part of what we publish under MIT. */
export const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT/X11',
  'Unlicense',
]);

/** Named in the repository's README only: https://github.com/substack/node-buffers/issues/12 */
const NAMED_ELSEWHERE: Readonly<Record<string, string>> = { 'buffers@0.1.1': 'MIT' };

const NODE_MODULES = '/node_modules/';
const root = join(import.meta.dirname, '..');

/** Folders of the packages that modules come from, in order; what is not from a package is ours. */
export function packagesOf(modules: readonly BundledModule[]): string[] {
  const folders = new Set<string>();
  const visit = ({ nameForCondition: path, modules = [] }: BundledModule): void => {
    const end = path?.lastIndexOf(NODE_MODULES) ?? -1;
    if (path && end >= 0) {
      const inside = path.slice(end + NODE_MODULES.length).split('/');
      const name = inside.slice(0, inside[0]?.startsWith('@') ? 2 : 1).join('/');
      folders.add(path.slice(0, end + NODE_MODULES.length) + name);
    }
    modules.forEach(visit);
  };
  modules.forEach(visit);
  return [...folders].sort();
}

/**
 * The text of `licenses.txt`: a line `=== name@version (licence)` for each package, and what its licence wants to be handed on.
 *
 * @throws when a package has no licence, one that is not among `ALLOWED`, or no text that could stand for it.
 */
export function licensesOf(folders: readonly string[]): string {
  const entries = folders.map(folder => {
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const id = `${manifest.name}@${manifest.version}`;
    const license = (manifest.license ?? NAMED_ELSEWHERE[id] ?? '').replace(/[()]/g, '');
    // Every name in an expression: none is there that leaves a choice.
    if (!license.split(' AND ').every(name => ALLOWED.has(name))) {
      throw new Error(`${id} may not be bundled: its licence is "${license}".`);
    }
    return `=== ${id} (${license})\n\n${textsOf(folder) || termsOf(license, manifest)}\n`;
  });
  return [...new Set(entries)].sort().join('\n');
}

/** Licence and notices as the package has them. */
function textsOf(folder: string): string {
  const names = readdirSync(folder).filter(name => /^(licen[cs]e|notice|copying)/i.test(name));
  return names
    .sort()
    .map(name => readFileSync(join(folder, name), 'utf8').trim())
    .join('\n\n');
}

/** For a package that has no file of them: the terms that its licence is known by. */
function termsOf(license: string, { name, author = `the authors of ${name}` }: Manifest): string {
  if (license === 'Apache-2.0') return textsOf(join(root, 'node_modules/@aws-sdk/client-s3'));
  if (!license.startsWith('MIT')) throw new Error(`${name} has no text of its licence, ${license}.`);
  const holder = typeof author === 'string' ? author : author.name;
  return textsOf(root).replace(/^Copyright .*$/m, `Copyright (c) ${holder}`);
}
