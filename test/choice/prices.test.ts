import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRICE_LIST, type Price, Prices } from '../../src/choice/prices.ts';

test('every price has a unit, a source and a date that is not to come', () => {
  for (const price of PRICE_LIST) {
    const { usd, per, unit, source, date } = price;
    assert.ok(usd > 0 && per > 0 && unit !== '', JSON.stringify(price));
    assert.match(source, /^(https:\/\/|AWS Price List, )/);
    assert.match(date, /^20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/);
    assert.ok(Date.parse(date) < Date.now());
  }
});

test('no price is there twice, and whatever has one anywhere has one in us-east-1', () => {
  const nameOf = ({ what, region, to, storageClass }: Price) => [what, region, to, storageClass].join(' ');
  const names = PRICE_LIST.map(nameOf);
  assert.equal(new Set(names).size, names.length);
  for (const price of PRICE_LIST.filter(({ to }) => to === undefined))
    assert.ok(names.includes(nameOf({ ...price, region: 'us-east-1' })), price.what);
});

test('a Region that has no price of its own is priced as us-east-1, and that is told', () => {
  const prices = new Prices();
  assert.equal(prices.of('write', 'eu-central-1'), 0.0054 / 1000);
  assert.deepEqual(prices.standIns, {});
  assert.equal(prices.of('write', 'eu-west-1'), 0.005 / 1000);
  prices.of('read', 'eu-west-1');
  prices.of('transfer', 'eu-west-1', { to: 'us-east-1' });
  assert.deepEqual(prices.standIns, { 'eu-west-1': ['requests', 'transfer to other Regions'] });
});

test('of data, the price of the one way comes before that of all ways', () => {
  const prices = new Prices();
  assert.equal(prices.of('transfer', 'us-east-1', { to: 'us-east-2' }), 0.01);
  assert.equal(prices.of('transfer', 'us-east-1', { to: 'eu-west-1' }), 0.02);
});

test('a class is written to at its own price, one that is not known as STANDARD, and reading STANDARD is free', () => {
  const prices = new Prices();
  const storageClass = 'REDUCED_REDUNDANCY';
  assert.equal(prices.of('write', 'us-east-1', { storageClass: 'GLACIER_IR' }), 0.02 / 1000);
  assert.equal(prices.of('write', 'us-east-1', { storageClass }), 0.005 / 1000);
  assert.equal(prices.of('retrieval', 'us-east-1', { storageClass: 'STANDARD' }), 0);
});

test('the dates are those of the prices that were looked up', () => {
  const prices = new Prices();
  prices.of('write', 'eu-west-2');
  prices.of('datasync-basic', 'us-east-1');
  assert.deepEqual(prices.dates, ['2025-04-01', '2026-09-28']);
});
