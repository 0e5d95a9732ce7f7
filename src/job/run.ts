/** What every phase of one run shares. */
import type { RequestCounter } from '../s3/network.ts';
import type { Stop } from '../sync/stop.ts';
import type { Diary } from './diary.ts';
import type { Host } from './host.ts';
import type { TimeLimit } from './time-limit.ts';

export interface Run {
  readonly host: Host;
  readonly stop: Stop;
  readonly diary: Diary;
  readonly requests: RequestCounter;
  readonly limit: TimeLimit | undefined;
}
