/** What each engine would take for a plan: requests, time, money. */
import type { EngineName, Settings } from '../model/settings.ts';
import type { Costs, ServiceWork } from '../record.ts';
import { PACE } from '../sync/pace.ts';
import type { PlanTotals } from '../sync/plan.ts';
import * as assumed from './assumptions.ts';
import type { Census, Pile } from './census.ts';
import { feesOf, type Money, moneyFor } from './costs.ts';
import type { Prices } from './prices.ts';
import { countOf, deletionsOf, pagesOf, type Requests, sumOf } from './requests.ts';

/** What is known once there is a plan. */
export interface Known {
  readonly settings: Settings;
  readonly regions: Money['regions'];
  readonly totals: PlanTotals;
  readonly census: Census;
  /** Requests of the run until now. */
  readonly spent: Requests;
  /** Those of them that have listed both sides for the plan. */
  readonly listing: Requests;
  /** How those go that a service cannot carry. */
  readonly besides: 'copy' | 'stream';
}

export interface Estimate {
  readonly seconds: number;
  readonly usd: number;
  readonly costs: Costs;
  readonly requests: Requests;
  readonly service?: ServiceWork;
}

/** What one engine does of its own; the rest is the same with all of them. */
interface Work {
  readonly seconds: number;
  readonly requests: Requests;
  /** Bytes that pass the runner. */
  readonly streamed: number;
  readonly service?: ServiceWork;
}

export function estimate(engine: EngineName, known: Known, prices: Prices): Estimate {
  const { census, spent } = known;
  const { requests: own, streamed, service, seconds } = workOf(engine, known);
  const end = ending(known);
  const requests = sumOf(spent, own, end.requests);
  const money: Money = { regions: known.regions, written: census.all.written, prices };
  const costs = moneyFor(money, {
    requests: sumOf(requests, service?.requests ?? {}),
    between: census.all.bytes - streamed,
    streamed,
    readHere: end.bytes,
    read: census.all.read,
    fees: service === undefined ? 0 : feesOf(engine, service, known.settings, money),
  });
  const usd = Object.values(costs).reduce((sum, part) => sum + part, 0);
  return { seconds: seconds + end.seconds, usd, costs, requests, ...(service && { service }) };
}

function workOf(engine: EngineName, known: Known): Work {
  const { census } = known;
  switch (engine) {
    case 'copy':
    case 'stream':
      return fromHere(engine, census.all, known);
    case 'batch':
      return byJob(known);
    case 'datasync':
      return byDataSync(known);
    case 'replication':
      return byReplication(known);
  }
}

function fromHere(engine: 'copy' | 'stream', pile: Pile, { settings }: Known): Work {
  const requests = pile.requests[engine];
  const { concurrency, maxRate = Number.POSITIVE_INFINITY } = settings;
  const places = concurrency === 'auto' ? PACE.ceiling : concurrency;
  const [eachSeconds, bytesPerSecond] =
    engine === 'copy'
      ? [assumed.COPY_SECONDS, assumed.COPIED_BYTES_PER_SECOND]
      : [assumed.STREAM_SECONDS, assumed.STREAMED_BYTES_PER_SECOND];
  const seconds = Math.max(
    (pile.objects * eachSeconds) / places,
    countOf(requests) / Math.min(maxRate, assumed.WRITES_PER_SECOND),
    pile.bytes / bytesPerSecond,
  );
  return { seconds, requests, streamed: engine === 'stream' ? pile.bytes : 0 };
}

/** A manifest written and a report read in the work location. */
const PAPERS: Requests = { PutObject: 1, ListObjectsV2: 1, GetObject: assumed.REPORT_FILES };

function byJob(known: Known): Work {
  const { census, besides } = known;
  const others = fromHere(besides, census.aboveJobs, known);
  const listed = without(census.all, census.aboveJobs);
  return beside(others, listed, {
    seconds: jobSeconds(listed),
    requests: PAPERS,
    sends: { CopyObject: listed.objects },
  });
}

function byDataSync(known: Known): Work {
  const { census, besides, settings } = known;
  const others = fromHere(besides, census.beyondDataSync, known);
  const listed = without(census.all, census.beyondDataSync);
  const { objects, bytes } = listed;
  const tags = settings.preserve.has('tags') ? { GetObjectTagging: objects } : {};
  return beside(others, listed, {
    seconds:
      assumed.DATASYNC_START_SECONDS +
      Math.max(objects / assumed.DATASYNC_OBJECTS_PER_SECOND, bytes / assumed.DATASYNC_BYTES_PER_SECOND),
    // Each object is asked whether it has what DataSync loses.
    requests: sumOf(PAPERS, { HeadObject: objects }),
    // (DataSync User Guide, "Configuring transfers with Amazon S3", on the requests that it is charged for.)
    sends: { HeadObject: 2 * objects, GetObject: objects, PutObject: objects, ...tags },
  });
}

function byReplication({ census, totals, settings }: Known): Work {
  const { objects, bytes } = census.all;
  const listed = settings.preserve.has('versions') ? 'ListObjectVersions' : 'ListObjectsV2';
  const arrival = { [listed]: pagesOf(totals.atDestination + census.missing) };
  const nothing: Work = { seconds: 0, requests: {}, streamed: 0 };
  return beside(
    nothing,
    { objects, bytes },
    {
      seconds: jobSeconds({ objects, bytes }) + assumed.REPLICATION_SECONDS,
      requests: sumOf(PAPERS, arrival),
      sends: { PutObject: objects },
    },
  );
}

function jobSeconds({ objects, bytes }: Pick<Pile, 'objects' | 'bytes'>): number {
  return (
    assumed.JOB_START_SECONDS +
    Math.max(objects / assumed.JOB_OBJECTS_PER_SECOND, bytes / assumed.JOB_BYTES_PER_SECOND)
  );
}

/** What a service does, and meanwhile what is carried from here. */
function beside(
  others: Work,
  { objects, bytes }: Pick<Pile, 'objects' | 'bytes'>,
  { seconds, requests, sends }: { seconds: number; requests: Requests; sends: Requests },
): Work {
  if (objects === 0) return others;
  return {
    seconds: Math.max(seconds, others.seconds),
    requests: sumOf(others.requests, requests),
    streamed: others.streamed,
    service: { jobs: 1, objects, bytes, requests: sends },
  };
}

function without(all: Pile, others: Pile): Pick<Pile, 'objects' | 'bytes'> {
  return { objects: all.objects - others.objects, bytes: all.bytes - others.bytes };
}

/** Deletions, the closing listings, and what is asked of objects that these do not prove. */
function ending({ settings, totals, census, listing }: Known): {
  readonly requests: Requests;
  readonly seconds: number;
  /** Read by the runner, of both sides together. */
  readonly bytes: number;
} {
  const { verify } = settings;
  const { toCopy, toDelete, atDestination } = totals;
  const deletions = deletionsOf(toDelete);
  const closes = verify !== 'none' && toCopy + toDelete > 0;
  const grown = atDestination + census.missing - toDelete;
  const [name = 'ListObjectsV2'] = Object.keys(listing);
  const closing = closes ? sumOf(listing, { [name]: pagesOf(grown) - pagesOf(atDestination) }) : {};
  const asks = verify === 'checksum' || verify === 'content';
  const questions = asks ? { HeadObject: 2 * census.doubtful.objects } : {};
  const reads = verify === 'content' ? census.doubtful : { objects: 0, bytes: 0 };
  return {
    requests: sumOf(deletions, closing, questions, { GetObject: 2 * reads.objects }),
    seconds:
      countOf(closing) / assumed.PAGES_PER_SECOND + (2 * reads.bytes) / assumed.STREAMED_BYTES_PER_SECOND,
    bytes: 2 * reads.bytes,
  };
}
