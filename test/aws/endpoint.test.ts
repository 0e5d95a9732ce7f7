import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { createRequestHandler, hasCustomEndpoint, startingRegion } from '../../src/aws/endpoint.ts';
import { FatalError } from '../../src/errors.ts';

const role = (partition: string) => `arn:${partition}:iam::111122223333:role/r`;

/** The environment, the role, and the Region to ask in first. */
const REGIONS: readonly [Record<string, string>, string | undefined, string][] = [
  [{}, undefined, 'us-east-1'],
  [{}, role('aws'), 'us-east-1'],
  [{}, role('aws-cn'), 'cn-north-1'],
  [{}, role('aws-us-gov'), 'us-gov-west-1'],
  [{}, role('aws-iso'), 'us-east-1'],
  [{ AWS_REGION: 'eu-west-1' }, undefined, 'eu-west-1'],
  [{ AWS_DEFAULT_REGION: 'eu-west-2' }, undefined, 'eu-west-2'],
  [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, undefined, 'eu-west-1'],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, undefined, 'eu-west-2'],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: '' }, role('aws-cn'), 'cn-north-1'],
  [{ AWS_REGION: 'cn-northwest-1' }, role('aws-cn'), 'cn-northwest-1'],
];

for (const [environment, roleArn, region] of REGIONS) {
  test(`with ${JSON.stringify(environment)} and ${roleArn ?? 'no role'}, ${region} is asked first`, () => {
    assert.equal(startingRegion(environment, roleArn), region);
  });
}

test('an endpoint for everything or for S3 is a custom one; one for another service, or an empty one, is not', () => {
  assert.ok(hasCustomEndpoint({ AWS_ENDPOINT_URL: 'http://localhost:9000' }));
  assert.ok(hasCustomEndpoint({ AWS_ENDPOINT_URL_S3: 'http://localhost:9000' }));
  assert.ok(!hasCustomEndpoint({ AWS_ENDPOINT_URL_STS: 'http://localhost:9000' }));
  assert.ok(!hasCustomEndpoint({ AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_S3: '' }));
  assert.ok(!hasCustomEndpoint({}));
});

test('an AWS_CA_BUNDLE that cannot be read is told before any request, with what to do', () => {
  assert.throws(
    () => createRequestHandler({ AWS_CA_BUNDLE: '/no/such/bundle.pem' }, 1),
    error => {
      assert.ok(error instanceof FatalError);
      assert.match(
        error.message,
        /^AWS_CA_BUNDLE names \/no\/such\/bundle\.pem, which cannot be read: .*ENOENT/,
      );
      assert.match(error.fix?.todo ?? '', /readable PEM file/);
      return true;
    },
  );
  assert.throws(() => createRequestHandler({ AWS_CA_BUNDLE: tmpdir() }, 1), /EISDIR/);
});

for (const [name, value] of [
  ['https_proxy', 'corp-proxy:3128'],
  ['HTTPS_PROXY', '10.0.0.1:3128'],
  ['HTTP_PROXY', 'socks5://user:hunter2@10.0.0.1:1080'],
] as const) {
  test(`${name}=${value} is told before any request by its name, without what it holds`, () => {
    assert.throws(
      () => createRequestHandler({ [name]: value }, 1),
      error => {
        assert.ok(error instanceof FatalError);
        assert.equal(error.message, `${name} is not the URL of a proxy.`);
        assert.match(error.fix?.todo ?? '', /such as http:\/\//);
        assert.ok(!`${error.message}${error.fix?.todo}`.includes(value));
        return true;
      },
    );
  });
}

test('without AWS_CA_BUNDLE, or with an empty one, nothing is read', () => {
  createRequestHandler({}, 1).destroy();
  createRequestHandler({ AWS_CA_BUNDLE: '' }, 1).destroy();
});

/** A server that keeps the request line it was sent. */
async function serve(t: TestContext) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.end('<ListAllMyBucketsResult/>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** One request of a real client, made through the handler. */
async function ask(endpoint: string, environment: NodeJS.ProcessEnv) {
  const requestHandler = createRequestHandler(environment, 7);
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 });
  try {
    await client.send(new ListBucketsCommand({}));
    return requestHandler.httpHandlerConfigs();
  } finally {
    client.destroy();
  }
}

test('a proxy of the environment is used, except for the hosts it is not for', async t => {
  const [target, proxy] = await Promise.all([serve(t), serve(t)]);
  await ask(target.url, { HTTP_PROXY: proxy.url });
  assert.deepEqual(target.seen, []);
  assert.deepEqual(proxy.seen, [`GET ${target.url}/?x-id=ListBuckets`]);
  await ask(target.url, { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
  assert.deepEqual(target.seen, ['GET /?x-id=ListBuckets']);
  assert.equal(proxy.seen.length, 1);
});

test('the bundle’s authorities are trusted in addition to the usual ones, on as many sockets as were asked for', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  t.after(() => rm(folder, { recursive: true }));
  const bundle = join(folder, 'bundle.pem');
  const [someAuthority] = tls.rootCertificates;
  await writeFile(bundle, `# ours\n${someAuthority}\n`);
  const target = await serve(t);
  const { httpAgent, httpsAgent } = await ask(target.url, { AWS_CA_BUNDLE: bundle });
  assert.deepEqual(
    [httpAgent, httpsAgent].map(agent => agent && 'maxSockets' in agent && agent.maxSockets),
    [7, 7],
  );
  assert.ok(httpsAgent && 'options' in httpsAgent);
  assert.deepEqual(httpsAgent.options.ca, [
    ...tls.getCACertificates('default'),
    `# ours\n${someAuthority}\n`,
  ]);
});
