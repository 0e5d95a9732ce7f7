/**
 * What a run works with: two locations and a task between them. They are found by what they are, whoever made them, and
 * made where they are not; what this run made can be removed again, and nothing else.
 */
import {
  DeleteLocationCommand,
  DeleteTaskCommand,
  type Options,
  type TagListEntry,
} from '@aws-sdk/client-datasync';
import { runTag } from '../aws/run-tag.ts';
import type { Side } from '../model/objects.ts';
import { type Ground, taskRegion } from './ground.ts';
import { createLocation, findLocations, locationWish } from './locations.ts';
import { reportConfig } from './options.ts';
import type { DataSyncService } from './service.ts';
import { createTask, findTasks, type TaskWish, untilReady } from './tasks.ts';
import { explain } from './trouble.ts';

/** ARNs of what is there. */
export interface Found {
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly task?: string | undefined;
}

export class Equipment {
  readonly #service: DataSyncService;
  readonly #ground: Ground;
  readonly #tags: TagListEntry[];
  /** Newest first: a location cannot go before its task. */
  readonly #made: { readonly region: string; readonly arn: string }[] = [];

  /** @param run what the tags of all that is made call this run: a URL, or the name of a session */
  constructor(service: DataSyncService, ground: Ground, run: string) {
    this.#service = service;
    this.#ground = ground;
    this.#tags = [runTag(run)];
  }

  get tags(): TagListEntry[] {
    return this.#tags;
  }

  /** Looks and makes nothing. Of several locations that would do, those count between which there is a task. */
  async find(): Promise<Found> {
    const { ask } = this.#service;
    return this.#explained('Looking for locations and tasks of DataSync', async () => {
      const [sources, destinations] = await Promise.all(
        SIDES.map(side => findLocations(ask, locationWish(side, this.#ground))),
      );
      for (const source of sources ?? []) {
        for (const destination of destinations ?? []) {
          const [task] = await findTasks(ask, this.#taskWish(source, destination));
          if (task !== undefined) return { source, destination, task };
        }
      }
      return { source: sources?.[0], destination: destinations?.[0] };
    });
  }

  /** The ARNs of both locations. Both are tried to the end, even if one fails. */
  async locations(found: Found): Promise<[source: string, destination: string]> {
    const both = [this.location('source', found), this.location('destination', found)] as const;
    await Promise.allSettled(both);
    return Promise.all(both);
  }

  /** The ARN of the location, which is made in the Region of its bucket. */
  location(side: Side, { [side]: found }: Found): Promise<string> {
    const wish = locationWish(side, this.#ground);
    return found === undefined
      ? this.#explained(
          `Making a location of DataSync for the ${side}, s3://${wish.bucket}/${wish.folder},`,
          async () => this.#remember(wish.region, await createLocation(this.#service, wish, this.#tags)),
        )
      : Promise.resolve(found);
  }

  /** The ARN of the task, which is made in the Region of the destination. @param options those it begins with */
  task(source: string, destination: string, { task }: Found, Options: Options): Promise<string> {
    const wish = this.#taskWish(source, destination);
    const Name = `s3-cross-account-sync ${this.#ground.source.bucket} to ${this.#ground.destination.bucket}`;
    // DataSync tries the role on the work location, too, when a task is made with a report.
    const TaskReportConfig = reportConfig(this.#ground);
    return task === undefined
      ? this.#explained(`Making a task of DataSync in ${wish.region}`, async () =>
          this.#remember(
            wish.region,
            await createTask(this.#service, wish, { Name, Options, TaskReportConfig, Tags: this.#tags }),
          ),
        )
      : Promise.resolve(task);
  }

  /** @throws FatalError, StoppedError */
  untilReady(task: string, stopping: AbortSignal): Promise<void> {
    return this.#explained(`Waiting for the task ${task}`, () =>
      untilReady(this.#service, taskRegion(this.#ground), task, stopping),
    );
  }

  /** Removes what this run has made. */
  async removeMade(): Promise<void> {
    for (let last = this.#made.pop(); last !== undefined; last = this.#made.pop()) {
      const { region, arn } = last;
      await this.#explained(`Removing ${arn}`, async () => {
        if (arn.includes(':task/')) await this.#service.ask(region, new DeleteTaskCommand({ TaskArn: arn }));
        else await this.#service.ask(region, new DeleteLocationCommand({ LocationArn: arn }));
      });
    }
  }

  #taskWish(source: string, destination: string): TaskWish {
    return { region: taskRegion(this.#ground), source, destination, mode: this.#ground.mode };
  }

  #remember(region: string, arn: string): string {
    this.#made.push({ region, arn });
    return arn;
  }

  async #explained<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explain(doing, error, this.#ground);
    }
  }
}

const SIDES = ['source', 'destination'] as const;
