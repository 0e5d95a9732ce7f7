/** Requests without the SDK go where the SDK would have sent them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { findTarget } from '../../src/s3/wire/target.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

function set(t: TestContext, variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
}

const originOf = async (region: string) => (await findTarget({ region, credentials }, 'octo-source')).origin;

test('the endpoints of each partition', async () => {
  assert.equal(await originOf('us-gov-west-1'), 'https://octo-source.s3.us-gov-west-1.amazonaws.com');
  assert.equal(await originOf('cn-north-1'), 'https://octo-source.s3.cn-north-1.amazonaws.com.cn');
});

test('AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT hold for them, too', async t => {
  set(t, { AWS_USE_FIPS_ENDPOINT: 'true' });
  assert.equal(await originOf('us-east-1'), 'https://octo-source.s3-fips.us-east-1.amazonaws.com');
  set(t, { AWS_USE_DUALSTACK_ENDPOINT: 'true' });
  assert.equal(await originOf('us-east-1'), 'https://octo-source.s3-fips.dualstack.us-east-1.amazonaws.com');
});
