/** Which statements are known for those of runs, and until when they hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Statement } from '../../src/aws/policies.ts';
import { newSid, readTemporary, temporary } from '../../src/aws/temporary.ts';

const UNTIL = new Date('2026-11-21T12:00:00Z');
const STATEMENT: Statement = {
  Sid: 'S3SyncRead',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::444455556666:role/copy' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::from/*',
  Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } },
};

test('a statement is put in with a name of its own and an end, and all else as it was', () => {
  const sid = newSid();
  assert.match(sid, /^[A-Za-z0-9]+$/);
  assert.notEqual(sid, newSid());
  const made = temporary(STATEMENT, sid, new Date('2026-11-21T12:00:00.789Z'));
  assert.deepEqual(made, {
    ...STATEMENT,
    Sid: sid,
    Condition: { ...STATEMENT.Condition, DateLessThan: { 'aws:CurrentTime': '2026-11-21T12:00:00Z' } },
  });
  assert.deepEqual(readTemporary(made), { sid, until: UNTIL });
  const later = new Date('2026-11-21T14:00:00Z');
  assert.deepEqual(readTemporary(temporary(made, sid, later)), { sid, until: later });
});

test('what only looks like one is not one', () => {
  const made = temporary(STATEMENT, newSid(), UNTIL);
  for (const Sid of ['S3SyncTemporary', 'S3SyncTemporaryMine', `${made.Sid}0`, ` ${made.Sid}`, 7, undefined])
    assert.equal(readTemporary({ ...made, Sid }), undefined, String(Sid));
  for (const one of [undefined, null, 'text', []]) assert.equal(readTemporary(one), undefined);
});

test('an end that is not one moment in UTC is no end', () => {
  const { Sid } = temporary(STATEMENT, newSid(), UNTIL);
  for (const time of [
    '',
    'soon',
    '2026',
    '1',
    '2026-11-21T12:00:00',
    '2026-13-41T12:00:00Z',
    ['2026-11-21T12:00:00Z', '2099-11-21T12:00:00Z'],
  ]) {
    const statement = { Sid, Condition: { DateLessThan: { 'aws:CurrentTime': time } } };
    assert.deepEqual(readTemporary(statement), { sid: Sid, until: undefined }, String(time));
  }
  for (const Condition of [undefined, {}, { DateGreaterThan: { 'aws:CurrentTime': '2026-11-21T12:00:00Z' } }])
    assert.deepEqual(readTemporary({ Sid, Condition }), { sid: Sid, until: undefined });
});
