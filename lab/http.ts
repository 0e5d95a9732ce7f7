/**
 * The lab's one door: reads a request as it came over the wire, finds the service it is meant for, checks who sent it,
 * lets faults have their way, and writes the answer and the log.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { AwsError, type Dialect, type SignedDialect } from './errors.ts';
import { type Effect, type Faults, sitOut } from './faults.ts';
import type { AccessKey } from './iam/keys.ts';
import type { LabRequest, LabResponse, Service } from './kinds.ts';
import { checkPayload, unwrapPayload } from './payload.ts';
import { queryPairs } from './percent.ts';
import type { RequestLog } from './request-log.ts';
import { authenticate, type RawRequest } from './sigv4.ts';

/** How requests find their service: the first route that claims one gets it. */
export interface Route {
  /** As it stands in the request log. */
  readonly name: string;
  readonly service: Service;
  /** Signatures are checked where the dialect has words to refuse them. */
  readonly dialect: Dialect | SignedDialect;
  claims(request: RawRequest): boolean;
}

export interface Door {
  readonly endpoint: string;
  /**
   * Stops at once. Rejects when a service threw something that is no answer of AWS's, so that a bug in the lab cannot
   * hide behind a client's retries.
   */
  close(): Promise<void>;
}

export interface Household {
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly findKey: (accessKeyId: string) => AccessKey | undefined;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Makes the `x-amz-request-id` of the next answer. */
  readonly id: () => string;
}

/** Opens the door on 127.0.0.1; port 0 takes any that is free. */
export async function openDoor(household: Household, port = 0): Promise<Door> {
  const bugs: Error[] = [];
  // Every call gets an answer or is cut on purpose, so node's own timeouts would only add faults nobody asked for.
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 65_536 });
  server.on('request', (incoming, outgoing) => {
    answer(household, bugs, incoming, outgoing).catch(error => {
      // Clients may leave whenever they like; with the client still there, the answer could not be written.
      if (!incoming.socket.destroyed) bugs.push(error);
      outgoing.destroy();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      if (bugs.length > 0) throw new AggregateError(bugs, `The lab went wrong: ${bugs[0]?.message}`);
    },
  };
}

async function answer(
  household: Household,
  bugs: Error[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { routes, faults, requests } = household;
  const raw = await readRaw(incoming);
  const id = household.id();
  const route = routes.find(candidate => candidate.claims(raw));
  if (!route) throw new Error('no route claims this request');

  let request = nameable(raw, id);
  let target = { operation: 'Unreadable' } as { operation: string; bucket?: string; key?: string };
  let effect: Effect | undefined;
  let response: LabResponse | undefined;
  try {
    let payload = unwrapPayload(raw);
    request = { ...request, headers: payload.headers, body: payload.body };
    const { name, ...where } = route.service.operation(request);
    target = { operation: name, ...where };
    const struck = faults.strike(target);
    effect = struck.effect;
    await sitOut(struck);
    const damages = effect?.kind === 'damage';
    if (damages && raw.body.length > 0) {
      payload = { ...payload, body: damaged(payload.body) };
      request = { ...request, body: payload.body };
    }

    if (effect?.kind === 'silence' && !effect.applied) await hungUp(outgoing);
    response = await play(effect, route.dialect, request, async () => {
      if ('refusals' in route.dialect) {
        const authentication = authenticate(raw, household.findKey, household.clock.now(), route.dialect);
        request = { ...request, caller: authentication?.caller, scope: authentication?.scope };
        checkPayload(raw, payload, authentication);
      }
      return route.service.handle(request);
    });
    const { body } = response ?? {};
    if (damages && raw.body.length === 0 && response && !(body instanceof Readable))
      response = { ...response, body: damaged(Buffer.from(body ?? '')) };
    if (effect?.kind === 'truncate' && response && !(body instanceof Readable))
      response = { ...response, body: shareOf(Buffer.from(body ?? ''), effect.share) };
    if (effect?.kind === 'overlay' && response && typeof body === 'string')
      response = { ...response, body: JSON.stringify({ ...JSON.parse(body), ...effect.members }) };
  } catch (error) {
    response = refuse(error, route.dialect, request, bugs);
  }

  requests.add({
    id,
    service: route.name,
    ...target,
    method: raw.method,
    path: raw.path,
    query: request.query,
    status: response?.status ?? 0,
    caller: request.caller?.arn,
    headers: request.headers,
    fault: effect?.kind,
  });
  if (response) await write(household, outgoing, id, response, effect);
  else outgoing.destroy();
}

/** The bytes with the one in the middle turned around. */
export function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = copy.length >> 1;
  if (copy.length > 0) copy[middle] = ~(copy[middle] ?? 0) & 0xff;
  return copy;
}

function shareOf(bytes: Buffer, share: number): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

/** Carries the request out, or does what the fault wants instead. `undefined` means that nothing is answered. */
async function play(
  effect: Effect | undefined,
  dialect: Dialect,
  request: LabRequest,
  carryOut: () => Promise<LabResponse>,
): Promise<LabResponse | undefined> {
  switch (effect?.kind) {
    case 'error':
      throw new AwsError(effect.status, effect.code, effect.message ?? effect.code);
    case 'echo':
      throw new AwsError(effect.status, effect.code, `You said: ${echoOf(request)}`);
    case 'forge':
      return effect.answer(
        await carryOut().catch(error => {
          if (error instanceof AwsError) return dialect.render(error, request);
          throw error;
        }),
      );
    case 'error-in-200': {
      const error = new AwsError(200, effect.code, effect.message ?? effect.code);
      return dialect.render(error, request);
    }
    case 'empty-200':
      return { status: 200 };
    case 'cut':
      if (effect.applied) await carryOut();
      return undefined;
    case 'silence':
      return effect.applied ? carryOut() : undefined;
    default:
      return carryOut();
  }
}

/** What can be read of a request, once as it came and once as in an address. */
function echoOf({ headers, body }: LabRequest): string {
  const text = `${JSON.stringify(headers)} ${body.toString('latin1')}`.replace(/[^\x20-\x7e]/g, '');
  return `${text} ${encodeURIComponent(text)}`;
}

function refuse(error: unknown, dialect: Dialect, request: LabRequest, bugs: Error[]): LabResponse {
  if (error instanceof AwsError) return dialect.render(error, request);
  const bug = error instanceof Error ? error : new Error(String(error));
  bugs.push(bug);
  // 501 is the one server error that clients do not try again.
  return dialect.render(new AwsError(501, 'LabBug', bug.stack ?? bug.message), request);
}

async function readRaw(incoming: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const [path = '/', ...search] = (incoming.url ?? '/').split('?');
  return {
    method: incoming.method ?? 'GET',
    path,
    search: search.join('?'),
    headers: Object.fromEntries(
      Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]),
    ),
    body: Buffer.concat(chunks),
  };
}

/** The request as far as it goes before anybody has believed it. */
function nameable(raw: RawRequest, id: string): LabRequest {
  return {
    id,
    method: raw.method,
    path: raw.path,
    query: new Map(queryPairs(raw.search)),
    search: raw.search,
    headers: raw.headers,
    body: raw.body,
    caller: undefined,
    scope: undefined,
  };
}

async function write(
  { clock }: Household,
  outgoing: ServerResponse,
  id: string,
  { status, headers, body }: LabResponse,
  effect: Effect | undefined,
): Promise<void> {
  outgoing.sendDate = false;
  outgoing.writeHead(status, {
    date: clock.now().toUTCString(),
    'x-amz-request-id': id,
    'x-amz-id-2': Buffer.from(id.repeat(3)).toString('base64'),
    ...(body instanceof Readable || status === 204
      ? {}
      : { 'content-length': Buffer.byteLength(body ?? '') }),
    ...headers,
  });
  if (effect?.kind === 'stall') {
    outgoing.flushHeaders();
    await sleep(effect.ms, undefined, { ref: false });
  }
  if (body instanceof Readable) await pipeline(body, outgoing);
  else if (effect?.kind === 'break') {
    const bytes = Buffer.from(body ?? '');
    outgoing.write(bytes.subarray(0, bytes.length >> 1), () => outgoing.destroy());
  } else if (effect?.kind === 'silence' && body) {
    const bytes = Buffer.from(body);
    outgoing.write(bytes.subarray(0, bytes.length >> 1));
    await hungUp(outgoing);
  } else outgoing.end(body);
}

/** Resolves when the client has closed the connection, also when that was before. */
async function hungUp(outgoing: ServerResponse): Promise<void> {
  if (!outgoing.destroyed) await once(outgoing, 'close');
}
