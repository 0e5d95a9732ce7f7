/**
 * What AWS charges, as far as it is known here. The file `prices.json` has for each price its unit, its source and its date;
 * a Region that it does not have is priced as us-east-1, and that is told. (Pricing page of Amazon S3: a GB is 2^30 bytes.)
 */
import PRICES from './prices.json' with { type: 'json' };

export type Item =
  /** A request that writes or lists, by the class of what is written; one that reads. */
  | 'write'
  | 'read'
  /** A GB read out of a class that charges for it. */
  | 'retrieval'
  /** A GB to another Region of AWS, or out to the internet. */
  | 'transfer'
  | 'internet'
  | 'batch-job'
  | 'batch-object'
  | 'datasync-basic'
  | 'datasync-enhanced'
  | 'datasync-execution'
  | 'time-control';

export interface Price {
  readonly what: Item;
  readonly region: string;
  /** Of data, where the price is that of one way only. */
  readonly to?: string;
  /** `STANDARD` where there is none. */
  readonly storageClass?: string;
  readonly usd: number;
  /** How many units cost so much. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
  /** A year, a month or a day. */
  readonly date: string;
}

export const PRICE_LIST = PRICES as readonly Price[];

const STAND_IN = 'us-east-1';

/** What an item is called where one of another Region stands in for it. */
const NAMES: Readonly<Record<Item, string>> = {
  write: 'requests',
  read: 'requests',
  retrieval: 'retrieval',
  transfer: 'transfer to other Regions',
  internet: 'transfer to the internet',
  'batch-job': 'S3 Batch Operations',
  'batch-object': 'S3 Batch Operations',
  'datasync-basic': 'DataSync',
  'datasync-enhanced': 'DataSync',
  'datasync-execution': 'DataSync',
  'time-control': 'Replication Time Control',
};

/** Looks prices up, and remembers which. */
export class Prices {
  readonly #dates = new Set<string>();
  readonly #standIns = new Map<string, Set<string>>();
  readonly #list: readonly Price[];

  constructor(list: readonly Price[] = PRICE_LIST) {
    this.#list = list;
  }

  /** USD for one unit; 0 for what is free. */
  of(
    what: Item,
    region: string,
    { to, storageClass = 'STANDARD' }: Pick<Price, 'to' | 'storageClass'> = {},
  ): number {
    const of = (one: Price) => one.what === what && (one.storageClass ?? 'STANDARD') === storageClass;
    const here = this.#list.filter(one => of(one) && one.region === region);
    const price = here.find(one => one.to !== undefined && one.to === to) ?? here.find(isForAll);
    const standIn = price ?? this.#list.find(one => of(one) && one.region === STAND_IN && isForAll(one));
    // A class that is not in the list is written to as STANDARD is; what else is not in it is free.
    if (standIn === undefined)
      return what === 'write' && storageClass !== 'STANDARD' ? this.of(what, region) : 0;
    this.#dates.add(standIn.date);
    if (price === undefined)
      this.#standIns.set(region, (this.#standIns.get(region) ?? new Set()).add(NAMES[what]));
    return standIn.usd / standIn.per;
  }

  /** From the oldest to the newest that was looked up. */
  get dates(): readonly [from: string, to: string] {
    const sorted = [...this.#dates].sort();
    return [sorted[0] ?? '', sorted.at(-1) ?? ''];
  }

  /** What was priced as in us-east-1, by the Region that it is of. */
  get standIns(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries([...this.#standIns].map(([region, names]) => [region, [...names]]));
  }
}

function isForAll({ to }: Price): boolean {
  return to === undefined;
}
