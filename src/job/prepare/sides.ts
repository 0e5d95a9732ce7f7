/** Who acts on each side, and where its bucket is. */
import { type Identity, type IdentityRequest, identify, type Surroundings } from '../../aws/identity.ts';
import { FatalError, messageOf, StoppedError } from '../../errors.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import type { Settings } from '../../model/settings.ts';
import { findBucket } from '../../preflight/buckets.ts';
import type { Network } from '../../s3/network.ts';
import type { Diary } from '../diary.ts';
import type { Host } from '../host.ts';
import { requestFor } from '../identity-request.ts';

const SIDES = ['source', 'destination'] as const;

/** One for each side. */
export type Both<T> = Readonly<Record<Side, T>>;

export async function identifyBoth(
  settings: Settings,
  host: Host,
  surroundings: Surroundings,
  diary: Diary,
): Promise<Both<Identity> | undefined> {
  const tried = await Promise.all(
    SIDES.map(side => tryIdentity(requestFor(side, settings, host), surroundings)),
  );
  diary.checks.push(...tried.map(({ result }) => result));
  const [source, destination] = tried.map(({ identity }) => identity);
  for (const { identity } of tried) {
    if (identity === undefined) continue;
    const { side, account, arn, how } = identity;
    diary.identities.push({ side, account, arn, how });
  }
  return source && destination && { source, destination };
}

interface Tried {
  readonly result: CheckResult;
  readonly identity?: Identity;
}

async function tryIdentity(request: IdentityRequest, surroundings: Surroundings): Promise<Tried> {
  const check = `${request.side}-identity`;
  try {
    const identity = await identify(request, surroundings);
    if (identity.arn !== undefined) {
      return { result: { check, verdict: 'pass', seen: `Acting as ${identity.arn}.` }, identity };
    }
    const seen = 'Nothing behind this endpoint tells who the credentials belong to.';
    const todo = `Set \`${request.side}-account\` to have the bucket's owner checked.`;
    return { result: { check, verdict: 'warn', seen, fix: { todo } }, identity };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const fix = error instanceof FatalError ? error.fix : undefined;
    return { result: { check, verdict: 'fail', seen: messageOf(error), ...(fix !== undefined && { fix }) } };
  }
}

export async function locateBoth(
  settings: Settings,
  identities: Both<Identity>,
  network: Network,
  diary: Diary,
): Promise<Both<string> | undefined> {
  const found = await Promise.all(
    SIDES.map(side => findBucket(side, settings[side], identities[side], network)),
  );
  diary.checks.push(...found.map(({ result }) => result));
  const [source, destination] = found.map(({ region }) => region);
  diary.regions.source = source;
  diary.regions.destination = destination;
  return source && destination ? { source, destination } : undefined;
}

/** The accounts that the buckets must belong to: those that were named, or else those that their sides act in. */
export function ownersOf(settings: Settings, identities: Both<Identity>): Both<string | undefined> {
  const ownerOf = (side: Side) => settings[side].account ?? identities[side].account;
  return { source: ownerOf('source'), destination: ownerOf('destination') };
}
