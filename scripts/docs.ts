/**
 * Writes the tables of inputs and outputs in README.md from action.yml, between `<!-- inputs:begin -->` and
 * `<!-- inputs:end -->`, and likewise for outputs. With `--check` it writes nothing and fails when they are stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';

interface Action {
  readonly inputs: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
}

/** The README with fresh tables. Throws when a pair of markers is missing. */
export function withTables(readme: string, actionYml: string): string {
  const action = parse(actionYml) as Action;
  return between(between(readme, 'inputs', inputsTable(action)), 'outputs', outputsTable(action));
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
  const readme = await readFile('README.md', 'utf8');
  const fresh = withTables(readme, await readFile('action.yml', 'utf8'));
  if (fresh === readme) return;
  if (!check) return writeFile('README.md', fresh);
  console.error('The tables of README.md do not match action.yml. Run `node scripts/docs.ts`.');
  process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.includes('--check'));
