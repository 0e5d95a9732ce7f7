/** Money for what a run does. Storage is not in it, nor is KMS: see `docs/choice.md`. */
import type { Side } from '../model/objects.ts';
import type { EngineName, Settings } from '../model/settings.ts';
import type { Costs, ServiceWork } from '../record.ts';
import type { Item, Prices } from './prices.ts';
import { chargedAs, type Requests } from './requests.ts';

/** (S3 pricing page.) */
const GB = 1024 ** 3;

export interface Money {
  readonly regions: Readonly<Record<Side, string>>;
  /** Objects by the class that their copies are written to. */
  readonly written: ReadonlyMap<string, number>;
  readonly prices: Prices;
}

export interface Usage {
  readonly requests: Requests;
  /** Bytes that go from bucket to bucket inside of AWS. */
  readonly between: number;
  /** Bytes that go from the source out to a runner. */
  readonly streamed: number;
  /** Bytes of both sides together that a runner reads to compare them. */
  readonly readHere: number;
  /** Bytes by the class that they are read from. */
  readonly read: ReadonlyMap<string, number>;
  /** USD. */
  readonly fees: number;
}

export function moneyFor(money: Money, usage: Usage): Costs {
  const { regions, prices } = money;
  const { between, streamed, readHere, read, fees } = usage;
  const { source, destination } = regions;
  const crossing = source === destination ? 0 : between;
  // What costs nothing is not looked up: its price has no part in the sum.
  const priced = (bytes: number, price: () => number) => (bytes === 0 ? 0 : (bytes / GB) * price());
  return {
    requests: requestMoney(usage.requests, money),
    transfer:
      priced(crossing, () => prices.of('transfer', source, { to: destination })) +
      priced(streamed + readHere / 2, () => prices.of('internet', source)) +
      priced(readHere / 2, () => prices.of('internet', destination)),
    retrieval: [...read].reduce(
      (sum, [storageClass, bytes]) =>
        sum + priced(bytes, () => prices.of('retrieval', source, { storageClass })),
      0,
    ),
    service: fees,
  };
}

/** Each at the dearer of both Regions, because a request that is only counted does not tell where it went. */
function requestMoney(requests: Requests, money: Money): number {
  let usd = 0;
  for (const [operation, times] of Object.entries(requests)) {
    const charge = chargedAs(operation);
    if (charge === undefined) continue;
    usd +=
      times * (operation.startsWith('List') || charge === 'read' ? dearer(charge, money) : written(money));
  }
  return usd;
}

function dearer(
  what: Item,
  { regions: { source, destination }, prices }: Money,
  storageClass = 'STANDARD',
): number {
  return Math.max(prices.of(what, source, { storageClass }), prices.of(what, destination, { storageClass }));
}

/** What a request that writes costs on the average of the classes. */
function written(money: Money): number {
  const classes = [...money.written];
  const objects = classes.reduce((sum, [, count]) => sum + count, 0);
  if (objects === 0) return dearer('write', money);
  return classes.reduce(
    (sum, [storageClass, count]) => sum + (count / objects) * dearer('write', money, storageClass),
    0,
  );
}

/** USD that a service takes for its work, beside the requests that it sends. */
export function feesOf(
  engine: EngineName,
  { jobs, objects, bytes }: ServiceWork,
  { dataSync, replication }: Pick<Settings, 'dataSync' | 'replication'>,
  { regions, prices }: Money,
): number {
  const { source, destination } = regions;
  const job = (region: string) =>
    jobs * prices.of('batch-job', region) + objects * prices.of('batch-object', region);
  switch (engine) {
    case 'copy':
    case 'stream':
      return 0;
    case 'batch':
      return job(destination);
    case 'replication':
      return job(source) + (replication.timeControl ? (bytes / GB) * prices.of('time-control', source) : 0);
    case 'datasync':
      return dataSync.mode === 'basic'
        ? (bytes / GB) * prices.of('datasync-basic', destination)
        : jobs * prices.of('datasync-execution', destination) +
            (bytes / GB) * prices.of('datasync-enhanced', destination);
  }
}
