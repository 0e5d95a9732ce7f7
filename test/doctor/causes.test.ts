/** However many objects fail, the report has as many causes as there are, each with its count, its first keys and what helps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPage } from '../../src/report/page/page.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { quickStart } from '../documented.ts';
import {
  bucketPolicy,
  DESTINATION_ROLE,
  ownPolicy,
  type Play,
  perform,
  SOURCE_KEY,
  SOURCE_ROLE,
  seeing,
} from './play.ts';

const KINDS = { frozen: 9_000, private: 610, sealed: 590 } as const;
const WELL = 50;
const OPEN = quickStart('source-bucket-policy.json');
const CLOSED = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::octo-source/private/*',
};
const ofBucket = bucketPolicy('source bucket', 'octo-source', ...OPEN);

const PLAY: Play = {
  inputs: { engine: 'copy', archived: 'fail', preserve: 'metadata' },
  keys: [SOURCE_KEY],
  holdings: [
    ownPolicy('source role', SOURCE_ROLE, ...quickStart('source-permissions.json'), ...seeing('octo-source')),
    ownPolicy('destination role', DESTINATION_ROLE, ...quickStart('destination-permissions.json')),
    ofBucket,
  ],
  furnish: from => {
    const put = (kind: string, number: number, options = {}) => {
      for (let n = 0; n < number; n++) from.put(`${kind}/${String(n).padStart(5, '0')}`, kind, options);
    };
    put('a-well', WELL);
    put('private', KINDS.private);
    put('sealed', KINDS.sealed, { encryption: { algorithm: 'aws:kms', keyArn: SOURCE_KEY } });
    put('frozen', KINDS.frozen, { storageClass: 'GLACIER' });
  },
};

test('ten thousand failures are three causes', async t => {
  const p = await perform(PLAY);
  t.after(() => p.close());
  p.put(ofBucket, [...OPEN, CLOSED]);
  const { report, rows } = await p.run('sync');
  assert.deepEqual(
    report.failures.map(({ code, reason, denied, count, examples }) => ({
      code,
      reason,
      denied,
      count,
      first: examples[0],
    })),
    [
      { code: 'archived', reason: 'archived', denied: undefined, count: KINDS.frozen, first: 'frozen/00000' },
      {
        code: 'AccessDenied',
        reason: 'denied',
        denied: 'reading',
        count: KINDS.private,
        first: 'private/00000',
      },
      {
        code: 'AccessDenied',
        reason: 'denied',
        denied: `kms:Decrypt on ${SOURCE_KEY}`,
        count: KINDS.sealed,
        first: 'sealed/00000',
      },
    ],
  );
  assert.equal(report.totals.copied, WELL);
  const [, closed, sealed] = report.failures.map(({ fix }) => fix);
  assert.match(closed?.todo ?? '', /^The bucket policy of octo-source .* denies this to \S+ outright/);
  assert.deepEqual(
    sealed?.grants?.map(({ policy, of }) => [policy, of]),
    [
      ['key', SOURCE_KEY],
      ['identity', DESTINATION_ROLE],
    ],
  );
  const summary = renderSummary(report);
  assert.ok(summary.length < 12_000, `${summary.length} characters`);
  for (const text of [summary, renderPage(report, rows)]) {
    for (const number of Object.values(KINDS))
      assert.equal(text.split(number.toLocaleString('en-US')).length > 1, true, String(number));
  }
});
