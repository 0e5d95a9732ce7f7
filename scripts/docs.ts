/**
 * Writes what is said of inputs and outputs elsewhere from action.yml: the tables in README.md, between
 * `<!-- inputs:begin -->` and `<!-- inputs:end -->` and likewise for outputs, and what `--help` says; and from `src/` the
 * statements in the templates of `setup/`. With `--check` it writes nothing and fails when something is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { withStatements } from './templates.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
}

/** The files that are written, each from its own text, action.yml and the sources. */
const WRITTEN: Readonly<Record<string, (text: string, action: Action) => string>> = {
  'README.md': withTables,
  'src/terminal/descriptions.json': (_, { inputs }) => descriptions(inputs),
  'setup/source-account.yaml': text => withStatements(text, 'source'),
  'setup/destination-account.yaml': text => withStatements(text, 'destination'),
};

/** The README with fresh tables. Throws when a pair of markers is missing. */
function withTables(readme: string, action: Action): string {
  return between(between(readme, 'inputs', inputsTable(action)), 'outputs', outputsTable(action));
}

function descriptions(inputs: Action['inputs']): string {
  const entries = Object.entries(inputs).map(([name, { description }]) => [name, description]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function inputsTable({ inputs }: Action): string {
  const rows = Object.entries(inputs).map(([name, { description, required, default: value }]) => {
    const shown = required ? '**required**' : value ? `\`${value}\`` : '';
    return row([`\`${name}\``, shown, description]);
  });
  return [row(['Input', 'Default', 'Meaning']), row(['---', '---', '---']), ...rows].join('\n');
}

function outputsTable({ outputs }: Action): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => row([`\`${name}\``, description]));
  return [row(['Output', 'Meaning']), row(['---', '---']), ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function between(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}

async function main(check: boolean): Promise<void> {
  const action = parse(await readFile('action.yml', 'utf8')) as Action;
  for (const [path, write] of Object.entries(WRITTEN)) {
    const text = await readFile(path, 'utf8');
    const fresh = write(text, action);
    if (fresh === text) continue;
    if (!check) await writeFile(path, fresh);
    else {
      console.error(`${path} does not match action.yml and src. Run \`npm run docs\`.`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.main) await main(process.argv.includes('--check'));
