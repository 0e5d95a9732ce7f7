/** The policy of a bucket, written while others write it too. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { statementsIn, withoutStatements, withStatement } from '../../src/aws/policy-text.ts';
import { readPolicy, revisePolicy } from '../../src/s3/policy.ts';
import { bucketsOnLab } from './on-lab.ts';

let lab: Awaited<ReturnType<typeof bucketsOnLab>>;

beforeEach(async () => {
  lab = await bucketsOnLab();
});

afterEach(() => lab.close());

function deny(Sid: string) {
  return { Sid, Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::source' };
}

const OURS = deny('Ours');
const isOurs = (statement: unknown) => (statement as { Sid?: string }).Sid === 'Ours';

const putIn = (policy: string | undefined) =>
  statementsIn(policy).some(isOurs) ? policy : withStatement(policy, OURS);

const takeOut = (policy: string | undefined) => policy && withoutStatements(policy, isOurs);

function set(...sids: string[]): void {
  lab.source.there.policy =
    sids.length === 0 ? undefined : { Version: '2012-10-17', Statement: sids.map(deny) };
}

function sids(): (string | undefined)[] {
  return statementsIn(JSON.stringify(lab.source.there.policy ?? { Statement: [] })).map(
    statement => (statement as { Sid?: string }).Sid,
  );
}

/** Something happens to the policy just before the n-th look at it. */
function atLook(number: number, does: () => void): void {
  lab.lab.faults.when({ operation: 'GetBucketPolicy', skip: number - 1, times: 1 }, does);
}

/** @returns how often somebody else was seen to write */
async function revise(edit: typeof putIn): Promise<number> {
  let rivals = 0;
  await revisePolicy(lab.source.here, { edit, onRival: () => rivals++ });
  return rivals;
}

test('what is there already is not written', async () => {
  set('Ours');
  assert.equal(await revisePolicy(lab.source.here, { edit: putIn, onRival: assert.fail }), false);
  set();
  assert.equal(await revisePolicy(lab.source.here, { edit: takeOut, onRival: assert.fail }), false);
  assert.deepEqual(lab.lab.requests.mutating(), []);
});

test('an answer without a policy is not taken for none, by which those of others would be replaced', async () => {
  set('Theirs');
  lab.lab.faults.add({ operation: 'GetBucketPolicy', kind: 'empty-200' });
  await assert.rejects(revise(putIn), { name: 'FatalError', message: /without the policy of source/ });
  assert.deepEqual(sids(), ['Theirs']);
});

test('with the last statement the policy goes', async () => {
  assert.equal(await readPolicy(lab.source.here), undefined);
  await revise(putIn);
  assert.deepEqual(sids(), ['Ours']);
  await revise(takeOut);
  assert.equal(await readPolicy(lab.source.here), undefined);
  assert.deepEqual(
    lab.lab.requests.mutating().map(({ operation }) => operation),
    ['PutBucketPolicy', 'DeleteBucketPolicy'],
  );
});

describe('who writes at the same time loses nothing, and neither do we:', () => {
  for (const [when, look] of [
    ['between our reading and our writing', 2],
    ['over what we wrote, before we looked', 3],
    ['over what we wrote, after we had looked', 4],
  ] as const) {
    test(`putting in, ${when}`, async () => {
      set('Theirs');
      atLook(look, () => set('Theirs', 'New'));
      assert.equal(await revise(putIn), 1);
      assert.deepEqual(sids(), ['Theirs', 'New', 'Ours']);
    });

    test(`taking out, ${when}`, async () => {
      set('Theirs', 'Ours');
      atLook(look, () => set('Theirs', 'Ours', 'New'));
      assert.equal(await revise(takeOut), 1);
      assert.deepEqual(sids(), ['Theirs', 'New']);
    });
  }

  test('who keeps writing ends it, with their policy in place', async () => {
    let writes = 0;
    lab.lab.faults.when({ operation: 'GetBucketPolicy' }, () => set(`Theirs${++writes}`));
    await assert.rejects(revise(putIn), /The policy of source does not settle/);
    assert.deepEqual(sids(), [`Theirs${writes}`]);
  });
});

test('a policy that S3 still shows as it was is waited for', async () => {
  set('Theirs');
  const after = { ...lab.source.there.policy, Statement: [deny('Theirs'), OURS] };
  atLook(3, () => set('Theirs'));
  atLook(4, () => {
    lab.source.there.policy = after;
  });
  assert.equal(await revise(putIn), 0);
  assert.deepEqual(
    lab.lab.requests.mutating().map(({ operation }) => operation),
    ['PutBucketPolicy'],
  );
});
