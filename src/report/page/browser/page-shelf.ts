/** The rows that came with the page. */
import type { Part } from './dom.ts';
import type { makeColumns, Shelf } from './shelf.ts';

/** @param rows of the table, as they stand in it */
export function shelveRows(rows: readonly Part[], columns: ReturnType<typeof makeColumns>): Shelf {
  const textOf = (row: Part, part: string) => row.querySelector(part)?.textContent ?? '';
  for (const row of rows) {
    const words = {
      action: textOf(row, '.action'),
      reason: textOf(row, '.reason'),
      proof: textOf(row, '.proof'),
    };
    columns.add(words, Number(textOf(row, '.size').replaceAll(',', '')), Number(row.dataset.line));
  }
  return {
    ...columns.end(),
    rows: async indexes => indexes.flatMap(index => rows[index] ?? []),
    search: async text => {
      const wanted = text.toLowerCase();
      return Uint8Array.from(rows, row => {
        const shown = `${textOf(row, '.key')}\n${textOf(row, '.why')}`;
        return shown.toLowerCase().includes(wanted) ? 1 : 0;
      });
    },
  };
}
