/** Statements put into a policy and taken out of it, and nothing else of it touched. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isSingle, statementsIn, withoutStatements, withStatement } from '../../src/aws/policy-text.ts';

const OURS = { Sid: 'Ours', Effect: 'Allow' };
const isOurs = (statement: unknown) => (statement as { Sid?: unknown } | null)?.Sid === 'Ours';

/** JSON as anybody may write it: any values, white space anywhere, members in any order. */
const space = fc.stringMatching(/^[ \n\t\r]{0,3}$/);
const foreign = fc
  .dictionary(fc.string(), fc.jsonValue())
  .filter(statement => !isOurs(statement))
  .chain(statement => fc.constantFrom(JSON.stringify(statement), JSON.stringify(statement, null, 2)));
const list = fc
  .tuple(fc.array(fc.tuple(space, foreign, space), { maxLength: 5 }), space)
  .map(([all, inside]) => `[${all.length === 0 ? inside : all.map(one => one.join('')).join(',')}]`);
const member = fc
  .tuple(fc.string(), fc.json())
  .filter(([name]) => name !== 'Statement' && name !== '__proto__')
  .map(([name, value]) => `${JSON.stringify(name)}:${value}`);
const policies = fc
  .tuple(
    fc.array(member, { maxLength: 3 }),
    fc.oneof(list, foreign),
    fc.array(member, { maxLength: 3 }),
    space,
  )
  .map(
    ([before, statements, after, gap]) =>
      `{${gap}${[...before, `"Statement"${gap}:${gap}${statements}`, ...after].join(`${gap},`)}${gap}}`,
  );

describe('for any policy', () => {
  test('what is put in stands last, beside all that was there; and taken out again, the text is what it was', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 3 }), (policy, times) => {
        let text = policy;
        const single = isSingle(policy);
        for (let i = 0; i < times; i++) text = withStatement(text, OURS);
        assert.deepEqual(statementsIn(text), [...statementsIn(policy), ...Array(times).fill(OURS)]);
        const { Statement: _, ...others } = JSON.parse(text);
        const { Statement: __, ...before } = JSON.parse(policy);
        assert.deepEqual(others, before);
        const left = withoutStatements(text, isOurs, single);
        assert.equal(left, statementsIn(policy).length === 0 ? undefined : policy);
      }),
    );
  });

  test('wherever ours stand among the others, they alone go, and the others keep every byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(foreign, fc.constant(JSON.stringify(OURS))), { minLength: 1 }),
        space,
        (all, gap) => {
          const policy = `{"Statement":[${gap}${all.join(`${gap},${gap}`)}${gap}]}`;
          const kept = all.filter(one => !isOurs(JSON.parse(one)));
          const left = withoutStatements(policy, isOurs);
          assert.deepEqual(
            statementsIn(left),
            kept.map(one => JSON.parse(one)),
          );
          for (const one of kept) assert.ok(left?.includes(one));
        },
      ),
    );
  });

  test('where there is nothing to take out, not a byte changes', () => {
    fc.assert(fc.property(policies, policy => assert.equal(withoutStatements(policy, isOurs, true), policy)));
  });
});

test('where there is no policy, one is made; without its statement there is none again', () => {
  const policy = withStatement(undefined, OURS);
  assert.deepEqual(JSON.parse(policy), { Version: '2012-10-17', Statement: [OURS] });
  assert.equal(withoutStatements(policy, isOurs), undefined);
  assert.deepEqual([statementsIn(undefined), isSingle(undefined)], [[], false]);
});

test('an old version, numbers too long for a double, escapes and repeated members are left as they are', () => {
  const policy =
    '{"Version":"2008-10-17","Id":"\\u0041","Statement":{"Sid":"a","Sid":"b","n":12345678901234567890,"x":1.0}}';
  const text = withStatement(policy, OURS);
  assert.equal(text, policy.replace(/"Statement":(.*)}$/, `"Statement":[$1,${JSON.stringify(OURS)}]}`));
  assert.equal(withoutStatements(text, isOurs, true), policy);
  assert.equal(withoutStatements(text, isOurs), policy.replace(/"Statement":(.*)}$/, '"Statement":[$1]}'));
});

test('a member of that name further inside is not taken for the statements', () => {
  const policy = '{"Id":{"Statement":[1]},"Statement":[{"Statement":[2]}]}';
  assert.deepEqual(statementsIn(withStatement(policy, OURS)), [{ Statement: [2] }, OURS]);
});
