/**
 * The objects that a page of bounded size can show: all of them where they are few, else the first of every kind, and of
 * what went wrong more than of the rest.
 */
import { isWrong, type ObjectRecord } from '../../record.ts';
import { clip } from '../text.ts';

/** A record without what has no bounds. */
export type Row = Omit<ObjectRecord, 'versions'> & {
  /** Which line of `objects.ndjson` it is, from 1. */
  readonly line: number;
};

/** What is shown, in key order, of how many. */
export interface Rows {
  readonly rows: readonly Row[];
  readonly inAll: number;
}

export const MOST_ROWS = 5000;
/** Of these, for what is not wrong, once there is more than fits. */
const MOST_RIGHT = 2000;
/** Characters of an error's message. */
const MESSAGE = 500;

interface Kind {
  readonly isWrong: boolean;
  readonly rows: Row[];
}

export class RowSample {
  readonly #kinds: Kind[] = [];
  /** By action, then by reason, without a new text for every record. */
  readonly #byWords = new Map<string, Map<string, Kind>>();
  #inAll = 0;
  #kept = 0;
  #right = 0;

  add(record: ObjectRecord): void {
    this.#inAll++;
    const kind = this.#kindOf(record);
    if (this.#kept === MOST_ROWS) {
      const longest = this.#longest();
      if (longest === undefined || longest === kind) return;
      longest.rows.pop();
      this.#count(longest, -1);
    }
    kind.rows.push(toRow(record, this.#inAll));
    this.#count(kind, 1);
  }

  rows(): Rows {
    const rows = this.#kinds.flatMap(kind => kind.rows).sort((a, b) => a.line - b.line);
    return { rows, inAll: this.#inAll };
  }

  #kindOf(record: ObjectRecord): Kind {
    const { action, reason } = record;
    const ofAction = this.#byWords.get(action) ?? new Map<string, Kind>();
    this.#byWords.set(action, ofAction);
    const known = ofAction.get(reason);
    if (known !== undefined) return known;
    const kind: Kind = { isWrong: isWrong(record), rows: [] };
    ofAction.set(reason, kind);
    this.#kinds.push(kind);
    return kind;
  }

  #count(kind: Kind, change: 1 | -1): void {
    this.#kept += change;
    if (!kind.isWrong) this.#right += change;
  }

  /** The kind that can best do without a row. */
  #longest(): Kind | undefined {
    const amongWrong = this.#right <= MOST_RIGHT;
    let longest: Kind | undefined;
    for (const kind of this.#kinds) {
      if (kind.isWrong === amongWrong && kind.rows.length > (longest?.rows.length ?? 0)) longest = kind;
    }
    return longest;
  }
}

function toRow({ versions: _, ...record }: ObjectRecord, line: number): Row {
  const { error } = record;
  if (error === undefined) return { ...record, line };
  return { ...record, line, error: { code: error.code, message: clip(error.message, MESSAGE) } };
}
