import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/errors.ts';
import type { Settings } from '../../src/model/settings.ts';
import { echoSettings } from '../../src/settings/echo.ts';
import { INPUT_NAMES } from '../../src/settings/inputs.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { DURATION, SIZE } from '../../src/settings/values.ts';

test('a size in any unit, spelling and spacing is its number times the unit', () => {
  const units = {
    '': 1,
    B: 1,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
  };
  const unit = fc.constantFrom(...Object.entries(units));
  const spelling = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.toLowerCase(),
    (text: string) => text.toUpperCase(),
  );
  fc.assert(
    fc.property(
      fc.nat(8000),
      unit,
      spelling,
      fc.constantFrom('', ' '),
      (number, [name, factor], spell, space) => {
        assert.equal(SIZE.read(`${number}${space}${spell(name)}`.trim()), number * factor);
      },
    ),
  );
});

test('a duration survives being written in its units', () => {
  fc.assert(
    fc.property(fc.nat(100 * 86_400), fc.constantFrom('', ' '), (total, space) => {
      const parts = [
        [Math.floor(total / 86_400), 'd'],
        [Math.floor(total / 3600) % 24, 'h'],
        [Math.floor(total / 60) % 60, 'm'],
        [total % 60, 's'],
      ] as const;
      const text = parts
        .filter(([number]) => number > 0)
        .map(([number, unit]) => `${number}${unit}`)
        .join(space);
      assert.equal(DURATION.read(text === '' ? '0s' : text), total);
      assert.equal(DURATION.read(`${total}s`), total);
    }),
  );
});

test('whatever is given, the answer is settings or a list of problems', () => {
  const name = fc.oneof(fc.constantFrom(...INPUT_NAMES), fc.string());
  const inputs = fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 8 });
  fc.assert(
    fc.property(inputs, entries => {
      try {
        parseSettings(new Map([['source', 's3://from'], ['destination', 's3://onto'], ...entries]));
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        assert.ok(error.problems.length > 0);
      }
    }),
  );
});

test('the echo of settings for DataSync is accepted again and means the same', () => {
  const given = {
    source: 's3://from',
    destination: 's3://onto',
    engine: 'datasync',
    'datasync-role': 'arn:aws:iam::111122223333:role/datasync',
    'datasync-mode': 'basic',
    'datasync-keep': 'false',
    'work-location': 's3://work/folder',
  };
  const settings = parseSettings(new Map(Object.entries(given)));
  assert.deepEqual(settings.workLocation, { bucket: 'work', prefix: 'folder/' });
  const echo = Object.entries(echoSettings(settings)).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join('\n') : String(value)] as const,
  );
  assert.deepEqual(parseSettings(new Map(echo)), settings);
});

test('the echo of settings is accepted again and means the same', () => {
  const glob = fc.constantFrom('logs/**', '*.{jpg,png}', ' a ', '[a-z]?');
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: '' });
  const inputs = fc.record({
    source: fc.constantFrom('s3://from', 's3://from/', 's3://from/a b/ '),
    destination: fc.constantFrom('s3://onto', 's3://onto//x'),
    'source-role': some(fc.constant('arn:aws:iam::111122223333:role/path/a')),
    'source-region': some(fc.constantFrom('eu-west-1', 'us-gov-east-1', 'garage')),
    'source-account': some(fc.constant('000011112222')),
    'session-duration': some(fc.constantFrom('15m', '5h30m')),
    mode: some(fc.constantFrom('dry-run', 'verify')),
    include: fc.array(glob, { maxLength: 3 }).map(globs => globs.join('\n')),
    'min-size': some(fc.constantFrom('0', '5MiB')),
    'modified-after': some(fc.constantFrom('2026-01-31', '2026-01-31T01:02:03.004Z')),
    compare: some(fc.constantFrom('newer', 'checksum')),
    verify: some(fc.constantFrom('none', 'checksum', 'content')),
    delete: some(fc.constantFrom('true', 'false')),
    'max-cost': some(fc.constantFrom('25', '0.50')),
    'max-delete': some(fc.constantFrom('0', '500', '2.5%', '100%')),
    preserve: some(fc.constantFrom('tags', 'metadata\nstorage-class')),
    concurrency: some(fc.constantFrom('auto', '7')),
    'max-rate': some(fc.constantFrom('1', '3500')),
    'part-size': some(fc.constantFrom('auto', '16MiB')),
    artifact: fc.constantFrom('', 'report-1'),
    summary: some(fc.constantFrom('true', 'false')),
  });
  fc.assert(
    fc.property(inputs, given => {
      const settings = parseSettings(new Map(Object.entries(given)));
      const echo = Object.entries(echoSettings(settings)).map(
        ([name, value]) => [name, Array.isArray(value) ? value.join('\n') : String(value)] as const,
      );
      assert.deepEqual(meaning(parseSettings(new Map(echo))), meaning(settings));
    }),
  );
});

/** Without how the ages were written: the echo has the moments they mean. */
function meaning({ filter: { ages: _, ...filter }, ...settings }: Settings) {
  return { ...settings, filter };
}
