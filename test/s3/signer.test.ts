import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signer } from '../../src/s3/wire/signer.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

function signed(signer: Signer, credentials: typeof CREDENTIALS, now: string): string | undefined {
  const headers: Record<string, string> = { host: 'bucket.s3.eu-west-1.amazonaws.com' };
  signer.sign({ method: 'GET', path: '/', query: '', headers }, credentials, new Date(now));
  return headers.authorization;
}

test('a signer keeps its key no longer than the credentials and the day it was made for', () => {
  const used = new Signer('eu-west-1');
  const renewed = { ...CREDENTIALS, secretAccessKey: 'another secret' };
  const turns = [
    [CREDENTIALS, '2026-11-20T23:59:59Z'],
    [renewed, '2026-11-20T23:59:59Z'],
    [renewed, '2026-11-21T00:00:00Z'],
    [CREDENTIALS, '2026-11-21T00:00:01Z'],
  ] as const;
  for (const [credentials, now] of turns) {
    assert.equal(signed(used, credentials, now), signed(new Signer('eu-west-1'), credentials, now), now);
  }
});
