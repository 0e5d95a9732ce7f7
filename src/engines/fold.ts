/** The report of a service becomes outcomes: one for each object of the manifest, in whatever order and files it is told of. */
import { mkdir } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Outcome } from '../model/outcome.ts';
import type { CopyItem } from '../model/plan.ts';
import { type Meeting, mergeByKey, type Pages } from '../sync/merge.ts';
import { OutcomeLog } from '../sync/outcomes.ts';

/** What a report says of an object. */
interface Told<F> {
  readonly key: string;
  readonly finding: F;
}

/** The worst that a report says of an object, and how often it tells of it. */
interface Worst<F> extends Told<F> {
  times: number;
}

/** No text in which `escaped` has been at work holds this, and none comes before it. */
const BREAK = '\0\0';

const escaped = (key: string) => key.replaceAll('\0', '\0\u0001');
const unescaped = (text: string) => text.replaceAll('\0\u0001', '\0');

/** All that a report says, sorted on disk. */
export class Tellings<F> {
  readonly #gravity: (finding: F) => number;
  readonly #scratch: string;
  #sorted: OutcomeLog<Told<F>> | undefined;
  #number = 0;

  /**
   * @param scratch a folder to sort in
   * @param gravity a digit, the lowest for the worst: an object may be told of more than once
   */
  constructor(scratch: string, gravity: (finding: F) => number) {
    this.#scratch = scratch;
    this.#gravity = gravity;
  }

  /** @param key as the plan has it */
  async add(key: string, finding: F): Promise<void> {
    const order = `${escaped(key)}${BREAK}${this.#gravity(finding)}${BREAK}${this.#number++}`;
    await (await this.#log()).add({ key: order, finding });
  }

  /** The worst that is said of each key, in key order. */
  async worstOfEach(): Promise<Pages<Worst<F>>> {
    return worstOfEach(await (await this.#log()).inKeyOrder());
  }

  async #log(): Promise<OutcomeLog<Told<F>>> {
    if (this.#sorted === undefined) {
      await mkdir(this.#scratch, { recursive: true });
      this.#sorted = new OutcomeLog(this.#scratch);
    }
    return this.#sorted;
  }
}

async function* worstOfEach<F>(told: Pages<Told<F>>): AsyncGenerator<Worst<F>[]> {
  let last: Worst<F> | undefined;
  for await (const page of told) {
    const worst: Worst<F>[] = [];
    for (const { key, finding } of page) {
      const plain = unescaped(key.slice(0, key.indexOf(BREAK)));
      if (plain === last?.key) last.times++;
      else {
        if (last !== undefined) worst.push(last);
        last = { key: plain, finding, times: 1 };
      }
    }
    yield worst;
  }
  if (last !== undefined) yield [last];
}

export interface Folding<F> {
  /** Who reports, by its name. */
  readonly reporter: string;
  readonly tellings: Tellings<F>;
  readonly outcomeOf: (item: CopyItem, finding: F) => Promise<Outcome> | Outcome;
  readonly isFailed: (finding: F) => boolean;
  /** How often an object that has not failed must be told of; by default once. */
  readonly timesOf?: (item: CopyItem) => number;
  /** What becomes of an object that the report does not mention; `undefined` leaves it without an outcome. */
  readonly unmentioned: (item: CopyItem) => Outcome | undefined;
  /** Objects looked at at the same time. */
  readonly asking: number;
}

/** How many objects the report does not mention, and of how many it says that they failed. */
export interface Folded {
  readonly unmentioned: number;
  readonly failed: number;
}

export async function fold<F>(
  items: Pages<CopyItem>,
  {
    reporter,
    tellings,
    outcomeOf,
    isFailed,
    timesOf = () => 1,
    unmentioned: unmentionedOf,
    asking,
  }: Folding<F>,
  record: (outcome: Outcome) => Promise<void>,
): Promise<Folded> {
  const place = pLimit(asking);
  const names = { left: 'The manifest', right: `The report of ${reporter}` };
  let unmentioned = 0;
  let failed = 0;
  const settle = async ({ left: item, right: told }: Meeting<CopyItem, Worst<F>>) => {
    if (item === undefined) return undefined;
    const isBad = told !== undefined && isFailed(told.finding);
    if (isBad) failed++;
    if (told !== undefined && (isBad || told.times >= timesOf(item))) return outcomeOf(item, told.finding);
    unmentioned++;
    return unmentionedOf(item);
  };
  for await (const meetings of mergeByKey(items, await tellings.worstOfEach(), names)) {
    const outcomes = await Promise.all(meetings.map(meeting => place(() => settle(meeting))));
    for (const outcome of outcomes) if (outcome !== undefined) await record(outcome);
  }
  return { unmentioned, failed };
}
