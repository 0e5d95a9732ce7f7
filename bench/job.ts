/**
 * A job of S3 Batch Operations that is complete as soon as it is made: it has copied what its manifest has lines for, and
 * reports every task of it, far from key order.
 */
import { keyOf } from './buckets.ts';

/** The bucket of manifests and reports. */
export const WORK = 'work';

const ID = '1';
const FOLDER = `reports/job-${ID}`;
const INDEX = `${FOLDER}/manifest.json`;
const RESULTS = `${FOLDER}/results/1.csv`;

/** Coprime to any number of tasks but its own multiples, so that such steps visit each task once. */
const STEP = 7_919;
const ROWS_AT_ONCE = 1_000;

const [CR, LF] = [13, 10];

export class Job {
  readonly #write: (bucket: string, key: string) => void;
  #tasks = 0;

  /** @param write puts an object into a bucket */
  constructor(write: (bucket: string, key: string) => void) {
    this.#write = write;
  }

  /** Counts the lines of a manifest, and keeps nothing of it. */
  async read(manifest: AsyncIterable<Buffer>): Promise<void> {
    this.#tasks = 0;
    let last = 0;
    for await (const chunk of manifest) {
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
        // The framing of a body in chunks has lines of its own, which end in both.
        if ((at > 0 ? chunk[at - 1] : last) !== CR) this.#tasks++;
      }
      last = chunk.at(-1) ?? last;
    }
  }

  /** @returns the answer to CreateJob */
  make(): string {
    for (let index = 0; index < this.#tasks; index++) this.#write('destination', keyOf(index));
    this.#write(WORK, INDEX);
    return `<JobId>${ID}</JobId>`;
  }

  /** @returns the answer to DescribeJob */
  describe(): string {
    const counts = `<TotalNumberOfTasks>${this.#tasks}</TotalNumberOfTasks><NumberOfTasksSucceeded>${this.#tasks}</NumberOfTasksSucceeded><NumberOfTasksFailed>0</NumberOfTasksFailed>`;
    return `<Job><JobId>${ID}</JobId><Status>Complete</Status><ProgressSummary>${counts}</ProgressSummary></Job>`;
  }

  /** What lies under a key of the work bucket; `undefined` when nothing does. */
  file(key: string): string | Iterable<string> | undefined {
    if (key === INDEX)
      return JSON.stringify({
        Results: [{ TaskExecutionStatus: 'succeeded', Bucket: WORK, Key: RESULTS }],
      });
    return key === RESULTS ? this.#rows() : undefined;
  }

  *#rows(): Generator<string> {
    let rows = '';
    for (let index = 0; index < this.#tasks; index++) {
      rows += `source,${keyOf((index * STEP) % this.#tasks)},,succeeded,200,,Successful\n`;
      if (index % ROWS_AT_ONCE < ROWS_AT_ONCE - 1) continue;
      yield rows;
      rows = '';
    }
    yield rows;
  }
}
