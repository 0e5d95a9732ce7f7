/**
 * Charts that GitHub draws: Mermaid. There are only words of ours and numbers in them, because Mermaid has no way to write
 * a foreign text that means nothing to it.
 */
import type { RunReport } from '../record.ts';
import { fenced, type Markup } from './text.ts';
import { namedTotals, type Row, sizeName } from './words.ts';

/** These make up all objects of the source. */
const SLICES: readonly Row[] = ['copied', 'unchanged', 'skipped', 'failed'];

/** A chart of a single thing says nothing and is left out. */
export function charts(report: RunReport): Markup[] {
  return [...actions(report), ...sizes(report)].map(text => fenced(text, 'mermaid'));
}

function actions(report: RunReport): string[] {
  const slices = namedTotals(report).filter(({ row, objects }) => objects > 0 && SLICES.includes(row));
  if (slices.length < 2) return [];
  return [
    [
      'pie showData title Objects of the source',
      ...slices.map(({ name, objects }) => `  "${name}" : ${objects}`),
    ].join('\n'),
  ];
}

/**
 * Horizontal, because the names of the classes are long; the axis starts at zero, because Mermaid would start at the
 * smallest value.
 */
function sizes({ sizes }: RunReport): string[] {
  if (sizes.length < 2) return [];
  const numbers = sizes.map(({ objects }) => objects);
  return [
    [
      'xychart-beta horizontal',
      '  title "Objects of the source by size"',
      `  x-axis [${sizes.map(size => `"${sizeName(size)}"`).join(', ')}]`,
      `  y-axis "Objects" 0 --> ${Math.max(...numbers)}`,
      `  bar [${numbers.join(', ')}]`,
    ].join('\n'),
  ];
}
