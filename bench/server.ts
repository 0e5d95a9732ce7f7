/** The stand-in for S3 as its parent process holds it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Counts, Order, Stage } from './stand-in.ts';

export class Server {
  readonly #process: ChildProcess;
  readonly #port: number;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.#port = port;
  }

  static async start(stage: Stage): Promise<Server> {
    const child = fork(join(import.meta.dirname, 'stand-in.ts'), [JSON.stringify(stage)]);
    const [port] = await once(child, 'message');
    return new Server(child, port);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Empties the buckets that were empty, and counts from 0. Answers what was counted until now. */
  reset(): Promise<Counts> {
    return this.#order('reset');
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }

  async #order(order: Order): Promise<Counts> {
    const answered = once(this.#process, 'message');
    this.#process.send(order);
    const [counts] = await answered;
    return counts;
  }
}
