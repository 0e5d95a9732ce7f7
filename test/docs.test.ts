/** What the documentation points at is there, and what it tells people to write is taken. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { INPUT_NAMES, isInputName } from '../src/settings/inputs.ts';
import { parseSettings } from '../src/settings/parse.ts';

const PAGES = globSync(['*.md', 'docs/*.md', '.github/*.md']).sort();
const WORKFLOWS = globSync('examples/*.yml').filter(path => path !== 'examples/gitlab-ci.yml');
const OUTPUTS = new Set(Object.keys(parse(readFileSync('action.yml', 'utf8')).outputs));

/** Words before a colon that are no inputs: the report's, GitHub's, and one that must not exist. */
const NO_INPUTS = new Set(
  'failed skipped schema verified if permissions id-token pull-requests dry-run'.split(' '),
);

test('there are pages to look at', () => {
  for (const page of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', '.github/SECURITY.md']) {
    assert.ok(PAGES.includes(page), page);
  }
});

describe('every link leads somewhere:', () => {
  for (const page of PAGES) {
    test(page, () => {
      const lost = links(page).filter(link => !leadsSomewhere(page, link));
      assert.deepEqual(lost, []);
    });
  }
});

test('the pages and sections that examples and inputs send people to are there', () => {
  const named = [...globSync('examples/*'), 'action.yml'].flatMap(path => [
    ...readFileSync(path, 'utf8').matchAll(/(docs\/[a-z-]+\.md)(?:,(?:\n#)? "([^"]+)")?/g),
  ]);
  assert.notEqual(named.length, 0);
  for (const [, page = '', section] of named) {
    assert.ok(existsSync(page), page);
    if (section !== undefined) assert.ok(anchors(page).has(slug(section)), `${page}: ${section}`);
  }
});

describe('every input and output that is named exists:', () => {
  for (const page of PAGES) {
    test(page, () => {
      const named = [...prose(page).matchAll(/`([a-z][a-z-]*): [^`]+`/g)].map(([, name = '']) => name);
      assert.deepEqual(
        named.filter(name => !isInputName(name) && !OUTPUTS.has(name) && !NO_INPUTS.has(name)),
        [],
      );
    });
  }
});

describe('every step that uses the action is one that it takes:', () => {
  for (const [where, text] of [...PAGES.flatMap(yamlBlocks), ...WORKFLOWS.map(readWhole)]) {
    const steps = parseAllDocuments(text).flatMap(document => stepsOf(document.toJS()));
    if (steps.length === 0) continue;
    test(where, () => {
      for (const step of steps) {
        assert.deepEqual(
          Object.keys(step).filter(name => !isInputName(name)),
          [],
        );
        takes(step);
      }
    });
  }
});

test('every output that is read exists', () => {
  for (const [where, text] of [...PAGES.map(readWhole), ...WORKFLOWS.map(readWhole)]) {
    for (const [, name = ''] of text.matchAll(/steps\.\w+\.outputs\.([\w-]+)/g)) {
      assert.ok(OUTPUTS.has(name), `${where}: ${name}`);
    }
  }
});

function readWhole(path: string): [where: string, text: string] {
  return [path, readFileSync(path, 'utf8')];
}

/** A page without its blocks of code. */
function prose(page: string): string {
  return readFileSync(page, 'utf8').replace(/^( *)```[\s\S]*?^\1```$/gm, '');
}

/** Targets of links and pictures that are not elsewhere on the net. */
function links(page: string): string[] {
  const text = prose(page).replace(/`[^`\n]*`/g, code => 'x'.repeat(code.length));
  const written = text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)|(?:src|srcset|href)="([^"]+)"/gm);
  return [...written]
    .map(([, inline, reference, attribute]) => inline ?? reference ?? attribute ?? '')
    .filter(target => !/^(https?|mailto):/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.replace(/\s/g, '').split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(target)) return false;
  return anchor === undefined || anchors(target).has(anchor);
}

/** What GitHub makes of headings. https://docs.github.com/en/get-started/writing-on-github#section-links */
function anchors(page: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of prose(page).matchAll(/^#+ (.+)$/gm)) {
    const first = slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    let anchor = first;
    for (let n = 1; found.has(anchor); n++) anchor = `${first}-${n}`;
    found.add(anchor);
  }
  return found;
}

function slug(heading: string): string {
  const plain = heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '');
  return plain.replaceAll(' ', '-');
}

function yamlBlocks(page: string): [where: string, text: string][] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(({ 1: block = '', index }) => [
    `${page}:${text.slice(0, index).split('\n').length}`,
    block,
  ]);
}

type Step = Readonly<Record<string, unknown>>;

/** What is given to the action: below `with`, or by itself in a block of nothing but inputs. */
function stepsOf(value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return [];
  const { uses, with: given = {} } = value as { uses?: unknown; with?: Step };
  if (String(uses).startsWith('OWNER/s3-cross-account-sync@')) return [given];
  // Triggers have inputs of their own, and workflows have a `concurrency` of theirs.
  const { on: _on, concurrency: _concurrency, ...rest } = value as Step;
  return Object.keys(rest).some(isInputName) ? [value as Step] : Object.values(rest).flatMap(stepsOf);
}

/** Throws when a step would be refused; what an expression stands for is not known. */
function takes(step: Step): void {
  const plain = Object.entries(step).filter(([, value]) => !String(value).includes('${{'));
  const required = INPUT_NAMES.slice(0, 2).map(name => [name, `s3://octo-${name}`] as const);
  parseSettings(new Map([...required, ...plain].map(([name, value]) => [name, String(value)])), new Date());
}
