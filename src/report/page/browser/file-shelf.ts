/** The rows of an `objects.ndjson`: read once for what they are sorted and filtered by, and again where they are shown. */
import type { ObjectRecord } from '../../../record.ts';
import type { Part } from './dom.ts';
import type { ReadLines } from './lines.ts';
import type { makeColumns, Shelf } from './shelf.ts';

export interface FileNeeds {
  readonly columns: ReturnType<typeof makeColumns>;
  readonly readLines: ReadLines;
  /** Text with everything made visible that a page would not show. */
  readonly visible: (text: string) => string;
  /** A new row of the table, to be filled. */
  readonly newRow: () => Part;
}

/**
 * Answers `undefined` when `told` said no.
 *
 * @throws Error, whose message says which line is none of `objects.ndjson`
 */
export async function shelveFile(
  file: Blob,
  { columns, readLines, visible, newRow }: FileNeeds,
  told: (share: number) => boolean,
): Promise<Shelf | undefined> {
  let places = new Float64Array(2048);
  let length = 0;

  const asRecord = (line: string): ObjectRecord => {
    const record = JSON.parse(line);
    for (const name of ['key', 'action', 'reason', 'proof'])
      if (typeof record[name] !== 'string') throw new TypeError(`it has no "${name}"`);
    if (typeof record.size !== 'number') throw new TypeError('it has no "size"');
    return record;
  };

  const whole = await readLines(
    file,
    (line, start, end) => {
      try {
        const record = asRecord(line);
        columns.add(record, record.size, length + 1);
      } catch (error) {
        throw new Error(`Line ${length + 1} is none of objects.ndjson: ${(error as Error).message}`);
      }
      if (2 * length === places.length) {
        const grown = new Float64Array(places.length * 2);
        grown.set(places);
        places = grown;
      }
      places[2 * length] = start;
      places[2 * length + 1] = end;
      length++;
    },
    told,
  );
  if (!whole) return undefined;

  const noteOf = ({ error, requestId }: ObjectRecord) =>
    error === undefined
      ? ''
      : `${error.code}: ${error.message}${requestId === undefined ? '' : ` (request ${requestId})`}`;
  const fill = (record: ObjectRecord, index: number): Part => {
    const row = newRow();
    const put = (part: string, text: string) => {
      const place = row.querySelector(part);
      if (place !== null) place.textContent = visible(text);
    };
    row.dataset.line = String(index + 1);
    put('.key', record.key);
    put('.why', noteOf(record));
    put('.reason', record.reason);
    put('.size', record.size.toLocaleString('en-US'));
    put('.proof', record.proof);
    put('.action', record.action);
    row.querySelector('.action')?.setAttribute('class', `action ${record.action}`);
    return row;
  };

  return {
    ...columns.end(),
    rows: indexes =>
      Promise.all(
        indexes.map(async index => {
          const bytes = file.slice(places[2 * index], places[2 * index + 1]);
          return fill(asRecord(await bytes.text()), index);
        }),
      ),
    search: async (text, stillWanted) => {
      const wanted = text.toLowerCase();
      const found = new Uint8Array(length);
      let index = 0;
      const all = await readLines(
        file,
        line => {
          const record = asRecord(line);
          const shown = visible(`${record.key} ${noteOf(record)}`);
          found[index++] = shown.toLowerCase().includes(wanted) ? 1 : 0;
        },
        stillWanted,
      );
      return all ? found : undefined;
    },
  };
}
