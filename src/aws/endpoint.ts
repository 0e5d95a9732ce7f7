/**
 * How AWS is reached: custom endpoints, proxies and certificate authorities from the environment, the same on every
 * path. The SDK reads `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` itself; proxies and `AWS_CA_BUNDLE` it does not.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { FatalError, messageOf } from '../errors.ts';
import { partitionOf } from './arn.ts';
import { BoundedHandler } from './bounded.ts';

/** A request that is not answered within this time has stalled. Copies set a limit of their own. */
const ANSWER_WITHIN_MS = 60_000;
const CONNECT_WITHIN_MS = 10_000;

/** Something other than AWS's own endpoints answers for a service. (AWS SDKs and Tools Guide, "Service-specific endpoints".) */
export function hasCustomEndpoint(
  environment: NodeJS.ProcessEnv,
  service: 'S3' | 'S3_CONTROL' = 'S3',
): boolean {
  return Boolean(environment.AWS_ENDPOINT_URL || environment[`AWS_ENDPOINT_URL_${service}`]);
}

/**
 * @param sockets connections that may be open at the same time to one host
 * @throws FatalError when `AWS_CA_BUNDLE` cannot be read, or a proxy is not named by its URL
 */
export function createRequestHandler(environment: NodeJS.ProcessEnv, sockets: number): NodeHttpHandler {
  checkProxies(environment);
  const common = { keepAlive: true, maxSockets: sockets, proxyEnv: { ...environment } };
  const bundle = environment.AWS_CA_BUNDLE;
  return new BoundedHandler({
    httpAgent: new http.Agent(common),
    httpsAgent: new https.Agent({ ...common, ...(bundle && { ca: authorities(bundle) }) }),
    connectionTimeout: CONNECT_WITHIN_MS,
    requestTimeout: ANSWER_WITHIN_MS,
    throwOnRequestTimeout: true,
    socketAcquisitionWarningTimeout: ANSWER_WITHIN_MS,
  });
}

/**
 * The same for requests that do without the SDK.
 *
 * @param connections that may be open at the same time to one host
 */
export function createDispatcher(environment: NodeJS.ProcessEnv, connections: number): Dispatcher {
  const bundle = environment.AWS_CA_BUNDLE;
  const connect = { timeout: CONNECT_WITHIN_MS, ...(bundle && { ca: authorities(bundle) }) };
  // undici warns that its proxy agent is experimental; those who need no proxy need not read that.
  return hasProxy(environment)
    ? new EnvHttpProxyAgent({ connections, connect })
    : new Agent({ connections, connect });
}

/** The variables that name proxies. */
export const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'] as const;

function hasProxy(environment: NodeJS.ProcessEnv): boolean {
  return PROXIES.some(name => environment[name]);
}

/** Other programs take `proxy:3128` too, which Node refuses without a word of the variable it stands in. */
function checkProxies(environment: NodeJS.ProcessEnv): void {
  for (const name of PROXIES) {
    const address = environment[name];
    if (!address || /^https?:$/.test(URL.parse(address)?.protocol ?? '')) continue;
    throw new FatalError(`${name} is not the URL of a proxy.`, {
      todo: `Write it with its protocol, such as http://proxy.example.com:3128. What it holds is not shown, because it may have a password.`,
    });
  }
}

function authorities(bundle: string): string[] {
  try {
    return [...tls.getCACertificates('default'), readFileSync(bundle, 'utf8')];
  } catch (error) {
    throw new FatalError(`AWS_CA_BUNDLE names ${bundle}, which cannot be read: ${messageOf(error)}`, {
      todo: 'Give the path of a readable PEM file, or unset AWS_CA_BUNDLE.',
    });
  }
}

const FIRST_REGIONS: Readonly<Record<string, string>> = {
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};

/** The first Region of each partition, which is also the home of its global services. */
export function firstRegion(partition: string): string {
  return FIRST_REGIONS[partition] ?? 'us-east-1';
}

/** Where to ask before the bucket's own Region is known: the job's Region, else one of the role's partition. */
export function startingRegion(environment: NodeJS.ProcessEnv, roleArn: string | undefined): string {
  return environment.AWS_REGION || environment.AWS_DEFAULT_REGION || firstRegion(partitionOf(roleArn));
}
