/** Sessions that are renewed while they still have some life in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STSClient } from '@aws-sdk/client-sts';
import { startLab } from '../../lab/lab.ts';
import { twoAccounts } from '../../lab/worlds.ts';
import { WebIdentitySession } from '../../src/aws/web-identity.ts';

const MINUTE = 60_000;

test('six hours with sessions of fifteen minutes never see one end, and take one every ten minutes', async t => {
  const lab = await startLab();
  t.after(() => lab.close());
  const { source } = twoAccounts(lab);
  const sts = new STSClient({
    endpoint: lab.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const masked = new Set<string>();
  const session = new WebIdentitySession({
    side: 'source',
    roleArn: source.role,
    audience: 'sts.amazonaws.com',
    sessionName: 'test',
    sessionSeconds: 15 * 60,
    sts,
    idToken: audience => lab.github.oidc.token(audience),
    mask: secret => masked.add(secret),
    aborting: new AbortController().signal,
  });
  // The lab's clock goes by the same `Date`.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const used = new Set<string>();
  for (let minute = 0; minute < 6 * 60; minute++) {
    const [given, again] = await Promise.all([session.credentials(), session.credentials()]);
    assert.equal(given, again, 'who asks at the same time shares a renewal');
    const left = (given.expiration?.getTime() ?? 0) - Date.now();
    assert.ok(left > 4 * MINUTE, `${left} ms are left in minute ${minute}`);
    assert.ok(masked.has(given.secretAccessKey));
    used.add(given.accessKeyId);
    t.mock.timers.tick(MINUTE);
  }
  assert.equal(used.size, 36);
  assert.equal(lab.requests.count('AssumeRoleWithWebIdentity'), 36);
});
