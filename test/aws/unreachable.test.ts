import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whenUnreachable } from '../../src/aws/unreachable.ts';

const NETWORK = /`AWS_ENDPOINT_URL`, `HTTPS_PROXY` and `NO_PROXY`/;
const CERTIFICATE = /`AWS_CA_BUNDLE` or `NODE_EXTRA_CA_CERTS`/;

for (const [code, advice] of [
  ['ECONNREFUSED', NETWORK],
  ['ENOTFOUND', NETWORK],
  ['EAI_AGAIN', NETWORK],
  ['EHOSTUNREACH', NETWORK],
  ['EPROTO', NETWORK],
  ['TimeoutError', NETWORK],
  ['UND_ERR_CONNECT_TIMEOUT', NETWORK],
  ['SELF_SIGNED_CERT_IN_CHAIN', CERTIFICATE],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', CERTIFICATE],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', CERTIFICATE],
  ['CERT_HAS_EXPIRED', CERTIFICATE],
  ['ERR_TLS_CERT_ALTNAME_INVALID', CERTIFICATE],
] as const) {
  test(`${code} without an answer is trouble of the network, with what to do`, () => {
    assert.match(whenUnreachable({ status: 0, code })?.todo ?? '', advice);
  });
}

test('an answer is no trouble of the network, and neither are files, missing credentials or a surprise', () => {
  assert.equal(whenUnreachable({ status: 403, code: 'AccessDenied' }), undefined);
  assert.equal(whenUnreachable({ status: 503, code: 'TimeoutError' }), undefined);
  for (const code of ['CredentialsProviderError', 'ENOENT', 'EACCES', 'Error', 'TypeError'])
    assert.equal(whenUnreachable({ status: 0, code }), undefined, code);
});
