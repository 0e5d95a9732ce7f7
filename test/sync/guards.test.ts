import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FatalError } from '../../src/errors.ts';
import { guardPlan } from '../../src/sync/guards.ts';
import { PlanTotals } from '../../src/sync/plan.ts';
import { settings } from './make.ts';

function totals(counts: Partial<PlanTotals>): PlanTotals {
  return Object.assign(new PlanTotals(), { listed: 1 }, counts);
}

function refusal(inputs: Record<string, string>, counts: Partial<PlanTotals>): FatalError | undefined {
  try {
    guardPlan(settings(inputs), totals(counts));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof FatalError, String(error));
    return error;
  }
}

const DELETE = { delete: 'true' };

test('an empty source may not empty the destination, even if the cap would let it', () => {
  const error = refusal({ ...DELETE, 'max-delete': '100%' }, { listed: 0, atDestination: 3, toDelete: 3 });
  assert.match(error?.message ?? '', /s3:\/\/from\/in\/ is empty.*No object was changed/);
  assert.match(error?.fix?.todo ?? '', /Check `source`/);
});

test('an empty source is refused before there is anything to delete: the next night there would be', () => {
  assert.ok(refusal(DELETE, { listed: 0, atDestination: 0, toDelete: 0 }));
});

test('without delete there is nothing to guard', () => {
  assert.equal(refusal({}, { listed: 0, atDestination: 5 }), undefined);
});

test('with or without delete, histories may not hide more than max-delete allows', () => {
  const totals = { listed: 50, atDestination: 50, toHide: 6 };
  assert.match(
    refusal({}, totals)?.message ?? '',
    /deletes 6 of 50 destination objects, 6 of them as the source's histories do/,
  );
  assert.equal(refusal({ 'max-delete': '6' }, totals), undefined);
  assert.ok(refusal({ delete: 'true', 'max-delete': '6' }, { ...totals, toDelete: 1 }));
});

/** `max-delete`, objects at the destination, and how many of them may be deleted. */
const CAPS: readonly [string, number, number][] = [
  ['0', 1_000, 0],
  ['7', 1_000, 7],
  ['7', 3, 7],
  ['10%', 1_000, 100],
  ['10%', 1_009, 100],
  ['10%', 9, 0],
  ['0%', 1_000_000, 0],
  ['100%', 12, 12],
  ['99%', 1, 0],
  ['33%', 100, 33],
  ['29%', 100, 29],
  ['0.5%', 1_000, 5],
  ['0.5%', 199, 0],
];

for (const [cap, atDestination, allowed] of CAPS) {
  test(`max-delete ${cap} of ${atDestination} objects allows ${allowed} deletions and no more`, () => {
    const inputs = { ...DELETE, 'max-delete': cap };
    assert.equal(refusal(inputs, { atDestination, toDelete: allowed }), undefined);
    const error = refusal(inputs, { atDestination, toDelete: allowed + 1 });
    assert.ok(error);
    for (const told of [
      `${allowed + 1} of ${atDestination} `,
      `max-delete: ${cap}\``,
      `allows ${allowed}.`,
    ]) {
      assert.ok(error.message.includes(told), `${error.message} should say ${told}`);
    }
    assert.match(error.message, /No object was changed/);
    assert.match(error.fix?.todo ?? '', /mode: dry-run/);
  });
}

test('a dry run that is refused is not sent to make a dry run: its report has the deletions', () => {
  const error = refusal({ ...DELETE, mode: 'dry-run' }, { atDestination: 5, toDelete: 5 });
  assert.match(error?.fix?.todo ?? '', /^The report has each of them in objects\.ndjson/);
});

test('the default cap is a tenth of the destination', () => {
  assert.equal(refusal(DELETE, { atDestination: 50, toDelete: 5 }), undefined);
  assert.ok(refusal(DELETE, { atDestination: 50, toDelete: 6 }));
});

test('a share is never rounded up', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(5_000_000), (hundredths, atDestination) => {
      const inputs = { ...DELETE, 'max-delete': `${hundredths / 100}%` };
      const exactly = Math.floor((atDestination * hundredths) / 10_000);
      assert.ok(refusal(inputs, { atDestination, toDelete: exactly + 1 }));
    }),
    { numRuns: 1_000 },
  );
});

test('a share that comes to a whole number is that number: 0.57% of 10,000 is 57', () => {
  assert.equal(
    refusal({ ...DELETE, 'max-delete': '0.57%' }, { atDestination: 10_000, toDelete: 57 }),
    undefined,
  );
});

test('a share that comes to almost a whole number is not that number: 33.33333333% of 3 is 0', () => {
  assert.ok(refusal({ ...DELETE, 'max-delete': '33.33333333%' }, { atDestination: 3, toDelete: 1 }));
});
