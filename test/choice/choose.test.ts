import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose } from '../../src/choice/choose.ts';
import { guardCost } from '../../src/choice/guard.ts';
import { FatalError } from '../../src/errors.ts';
import { compare, free, objects, offerOf, SERVICES } from './make.ts';

const GIB = 1024 ** 3;
const TIB = 1024 * GIB;

test('what is asked for is chosen, whatever it costs', () => {
  const inputs = { ...SERVICES, 'datasync-role': '', engine: 'batch' };
  const table = compare(objects(1, 1), { inputs, looked: free('batch') });
  assert.deepEqual([table.chosen, table.why], ['batch', 'Engine batch, as asked for.']);
  assert.equal(offerOf(table, 'copy').verdict, 'not-taken');
  assert.match(offerOf(table, 'copy').reasons.join(), /^Not looked at/);
});

test('`copy` where it is possible: a service saves nothing', () => {
  const table = compare(objects(10, GIB), { inputs: SERVICES });
  assert.equal(table.chosen, 'copy');
  assert.match(
    table.why,
    /^Engine copy: under \$0\.01, against \$0\.70 with datasync, \$0\.25 with batch\.$/,
  );
});

test('without `copy` the cheapest: `stream` for little, a job for much', () => {
  const looked = free('stream', 'datasync', 'batch');
  const taken = (size: number) =>
    compare(objects(4, size), { inputs: SERVICES, looked, besides: 'stream' }).chosen;
  assert.deepEqual([taken(1), taken(GIB)], ['stream', 'batch']);
});

test('`copy` is left aside only for what saves more than a dollar and more than a tenth', () => {
  const { offers } = compare(objects(1, 1), { inputs: SERVICES });
  const taken = (copy: number, batch: number) => {
    const priced = offers
      .filter(({ engine }) => engine === 'copy' || engine === 'batch')
      .map(offer => ({
        ...offer,
        verdict: 'possible' as const,
        usd: offer.engine === 'copy' ? copy : batch,
      }));
    return choose(priced, { asked: 'auto', secondsLeft: undefined, leavesJobs: false }).chosen;
  };
  assert.deepEqual(
    [taken(1, 0.1), taken(105, 100), taken(3, 1), taken(120, 100)],
    ['copy', 'copy', 'batch', 'batch'],
  );
});

test('what would take longer than there is time is left aside', () => {
  const items = objects(1000, 4 * GIB);
  const wish = { secondsLeft: 3600 };
  assert.equal(compare(items, { inputs: SERVICES }).chosen, 'copy');
  const table = compare(items, { inputs: SERVICES, wish });
  assert.equal(table.chosen, 'batch');
  assert.match(
    table.why,
    /^Engine batch: copy would take about 1 h, datasync would take about 2 h, with about 1 h left\.$/,
  );
  assert.match(
    offerOf(table, 'copy').remarks.join(),
    /Takes longer than the time that is left \(about 1 h\)/,
  );
});

test('where nothing ends in time it is the cheapest, and the next run goes on', () => {
  const table = compare(objects(1000, 4 * GIB), { inputs: SERVICES, wish: { secondsLeft: 10 } });
  assert.equal(table.chosen, 'copy');
  assert.match(table.why, /none ends in time, so that the next run goes on/);
});

test('a job that is left to go on ends in time', () => {
  const inputs = { ...SERVICES, wait: 'false' };
  assert.equal(compare(objects(1000, 4 * GIB), { inputs, wish: { secondsLeft: 10 } }).chosen, 'batch');
});

test('replication is never chosen, and the table says why', () => {
  const { verdict, reasons } = offerOf(compare(objects(1, TIB), { inputs: SERVICES }), 'replication');
  assert.equal(verdict, 'impossible');
  assert.match(reasons.join(' '), /Needs replication-role\. Only taken when asked for by name\./);
});

test('all reasons against an engine are told: inputs, checks and the plan', () => {
  const looked = new Map([
    ...free('datasync'),
    ['copy', ['signer-can-read: No.']],
    ['batch', ['batch-jobs: No.']],
  ] as const);
  const inputs = { ...SERVICES, preserve: 'metadata, tags, acl' };
  const { reasons } = offerOf(compare(objects(2, 6 * GIB), { inputs, looked }), 'batch');
  assert.deepEqual(reasons, [
    'preserve: "acl" cannot be kept by engine "batch".',
    'batch-jobs: No.',
    '2 objects are larger than S3 Batch Operations copies (5 GiB), and they cannot be copied from here.',
  ]);
});

test('where nothing is possible, nothing is chosen, and the guard says where to look', () => {
  const looked = new Map([['copy', ['signer-can-read: No.']]] as const);
  const table = compare(objects(1, 1), { inputs: {}, looked });
  assert.equal(table.chosen, undefined);
  assert.throws(
    () => guardCost({ maxCost: undefined }, table),
    (error: FatalError) => {
      assert.equal(error.message, 'No engine can do all of the plan. No object was changed.');
      assert.match(error.fix?.todo ?? '', /^The table of engines says what stands against each/);
      return error instanceof FatalError;
    },
  );
});

test('`max-cost` names what would stay below it', () => {
  const items = objects(1000, 4 * GIB);
  const table = compare(items, { inputs: SERVICES, wish: { secondsLeft: 3600 } });
  assert.doesNotThrow(() => guardCost({ maxCost: 0.26 }, table));
  assert.throws(
    () => guardCost({ maxCost: 0.2 }, table),
    (error: FatalError) => {
      assert.match(
        error.message,
        /would cost \$0\.26 .*\(engine batch\); `max-cost: 0.2` allows \$0\.20\. No object was/,
      );
      assert.match(error.fix?.todo ?? '', /Below it is `engine: copy` \(under \$0\.01\)\.$/);
      return error instanceof FatalError;
    },
  );
});
