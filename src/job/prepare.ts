/** From settings to a scene in which every prerequisite has been looked at. */
import { type Identity, type IdentityRequest, identify, type Surroundings } from '../aws/identity.ts';
import { FatalError, messageOf, StoppedError } from '../errors.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import type { EngineName, Mode, Settings } from '../model/settings.ts';
import { asAdviceTo, SERVICES, type Ways } from '../preflight/access.ts';
import { findBucket } from '../preflight/buckets.ts';
import type { Findings, Way } from '../preflight/checks.ts';
import { layGround } from '../preflight/datasync/ground.ts';
import { readFacts } from '../preflight/facts.ts';
import { layBatch } from '../preflight/jobs/batch.ts';
import { layReplication } from '../preflight/jobs/replication.ts';
import type { Known } from '../preflight/known.ts';
import { groundOf } from '../preflight/replication/wanted.ts';
import type { DataSyncScene, JobScene, Scene } from '../preflight/scene.ts';
import { Bucket } from '../s3/bucket.ts';
import { FileJournal } from '../s3/journal.ts';
import type { Network } from '../s3/network.ts';
import { whyNot } from '../settings/engine-rules.ts';
import type { Diary } from './diary.ts';
import { checkAndGrant } from './grants/check-and-grant.ts';
import type { Grants } from './grants/grants.ts';
import type { Host } from './host.ts';
import { requestFor } from './identity-request.ts';
import { journalIn, rememberCleanUp } from './remember.ts';

/** Whether a run of the mode makes a plan to be carried out, be it only in words. */
export function carries(mode: Mode): boolean {
  return mode === 'sync' || mode === 'dry-run';
}

const SIDES = ['source', 'destination'] as const;

/** A scene in which every prerequisite has been looked at. */
export interface Prepared extends Pick<Findings, 'ways' | 'note'> {
  /** In which the plan is made, and in which it is carried out where nothing better is chosen. */
  readonly scene: Scene;
}

/** What preparing is done with. */
export interface Means {
  readonly host: Host;
  readonly network: Network;
  /** Ends what identities ask for, which are needed for longer than `network`. */
  readonly aborting: AbortSignal;
  readonly diary: Diary;
  readonly grants: Grants;
}

/**
 * `undefined` when a check failed: the diary says which, and all that could be asked has been asked. What is ill is looked
 * at all the same: `mode: health` changes nothing, and how much is missing is what one wants to know then.
 */
export async function prepare(
  settings: Settings,
  { host, network, aborting, diary, grants }: Means,
): Promise<Prepared | undefined> {
  const { requestHandler } = network;
  const { environment, idToken, mask } = host;
  const surroundings = { environment, requestHandler, idToken, mask, aborting };
  const identities = await identifyBoth(settings, host, surroundings, diary);
  if (identities === undefined) return undefined;
  const regions = await locateBoth(settings, identities, network, diary);
  if (regions === undefined) return undefined;
  const owners = {
    source: ownerOf('source', settings, identities),
    destination: ownerOf('destination', settings, identities),
  };
  const laid = await layGrounds(
    { settings, regions, owners, network, run: host.runUrl ?? host.sessionName },
    identities,
  );
  diary.checks.push(...laid.results);
  if (laid.results.some(({ verdict }) => verdict === 'fail')) return undefined;
  const journal = new FileJournal(journalIn(host.scratch));
  const ways = await setScenes(settings, { identities, regions, owners }, { network, journal }, laid);
  rememberCleanUp(ways.copy, host);
  const { scene, results, ...found } = await checkAndGrant(ways, grants, host.log);
  diary.engine = scene.engine;
  diary.checks.push(...results);
  const isFit = diary.checks.every(({ verdict }) => verdict !== 'fail');
  const { note } = found;
  // Where there is a plan to come, another way may still be chosen.
  if (note !== undefined && !(isFit && carries(settings.mode))) diary.notes.push(note);
  if (!isFit && settings.mode !== 'health') return undefined;
  return { ...found, scene, ways: [...found.ways, ...(laid.refused ?? [])] };
}

/** What the engine needs besides the buckets, where it is a service. */
interface Laid {
  readonly results: readonly CheckResult[];
  readonly datasync?: DataSyncScene | undefined;
  readonly jobs?: JobScene | undefined;
  /** Services that lack some of it, where there are other ways. */
  readonly refused?: readonly Way[];
}

async function layGrounds(known: Omit<Known, 'identity'>, identities: Both<Identity>): Promise<Laid> {
  switch (known.settings.engine) {
    case 'datasync':
      return layGround({ ...known, identity: identities.source });
    case 'batch':
      return layBatch({ ...known, identity: identities.destination });
    case 'replication':
      return layReplication({ ...known, identity: identities.source });
    case 'auto':
      return layAll(known, identities);
    default:
      return { results: [] };
  }
}

/** Of the services that may be chosen. What one of them lacks is only advice. */
async function layAll(known: Omit<Known, 'identity'>, identities: Both<Identity>): Promise<Laid> {
  const { settings } = known;
  const mayTake = (engine: EngineName) => settings.mode !== 'verify' && whyNot(engine, settings).length === 0;
  const [ofDataSync, ofBatch] = await Promise.all([
    mayTake('datasync') ? layGround({ ...known, identity: identities.source }) : undefined,
    mayTake('batch') ? layBatch({ ...known, identity: identities.destination }) : undefined,
  ]);
  const refused = (engine: 'datasync' | 'batch', results: readonly CheckResult[] = []): Way[] => {
    const obstacles = results.filter(({ verdict }) => verdict === 'fail');
    return obstacles.length === 0 ? [] : [{ engine, obstacles }];
  };
  const advice = (engine: 'datasync' | 'batch', results: readonly CheckResult[] = []) =>
    results.map(asAdviceTo(`To have ${SERVICES[engine]} do it:`));
  return {
    results: [...advice('datasync', ofDataSync?.results), ...advice('batch', ofBatch?.results)],
    datasync: ofDataSync?.datasync,
    jobs: ofBatch?.jobs,
    refused: [...refused('datasync', ofDataSync?.results), ...refused('batch', ofBatch?.results)],
  };
}

type Both<T> = Readonly<Record<Side, T>>;

async function identifyBoth(
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

async function locateBoth(
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

function ownerOf(side: Side, settings: Settings, identities: Both<Identity>): string | undefined {
  return settings[side].account ?? identities[side].account;
}

/** What has been found out of both sides. */
interface Found {
  readonly identities: Both<Identity>;
  readonly regions: Both<string>;
  readonly owners: Both<string | undefined>;
}

async function setScenes(
  settings: Settings,
  { identities, regions, owners }: Found,
  { network, journal }: Pick<Scene, 'network' | 'journal'>,
  { datasync, jobs }: Laid,
): Promise<Ways> {
  const open = (side: Side, identity: Identity) =>
    new Bucket(
      {
        location: settings[side].location,
        region: regions[side],
        owner: owners[side],
        requestPayer: settings.requestPayer && side === 'source',
        identity,
      },
      network,
    );
  const signer = identities[settings.copyAs];
  const source = open('source', identities.source);
  const destination = open('destination', identities.destination);
  const [ofSource, ofDestination] = await Promise.all([readFacts(source), readFacts(destination)]);
  const facts = { source: ofSource, destination: ofDestination };
  const common = { settings, source, destination, facts, network, journal };
  const from = signer === identities.source ? source : open('source', signer);
  const to = signer === identities.destination ? destination : open('destination', signer);
  return {
    copy: { ...common, engine: 'copy', from, to },
    stream: { ...common, engine: 'stream', from: source, to: destination },
    ...(datasync && { datasync: { ...common, engine: 'datasync', from, to, datasync } }),
    ...(jobs &&
      settings.engine !== 'replication' && { batch: { ...common, engine: 'batch', from, to, jobs } }),
    ...(settings.engine === 'replication' && { replication: replicating(common, jobs) }),
  };
}

/** Each side's own identity looks at its bucket, and S3 does the rest under a role. */
function replicating(
  common: Pick<Scene, 'settings' | 'source' | 'destination' | 'facts' | 'network' | 'journal'>,
  jobs: JobScene | undefined,
): Scene {
  const { settings, source, destination, facts } = common;
  const replication = groundOf(settings, source, destination, facts);
  return {
    ...common,
    engine: 'replication',
    from: source,
    to: destination,
    replication,
    ...(jobs && { jobs }),
  };
}
