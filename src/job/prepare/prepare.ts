/** From settings to a scene in which every prerequisite has been looked at. */
import { isFailed } from '../../model/checks.ts';
import type { Mode, Settings } from '../../model/settings.ts';
import type { Findings } from '../../preflight/checks.ts';
import type { Scene } from '../../preflight/scene.ts';
import { FileJournal } from '../../s3/journal.ts';
import type { Network } from '../../s3/network.ts';
import type { Diary } from '../diary.ts';
import { checkAndGrant } from '../grants/check-and-grant.ts';
import type { Grants } from '../grants/grants.ts';
import type { Host } from '../host.ts';
import { journalIn, rememberCleanUp } from '../remember.ts';
import { layGrounds } from './grounds.ts';
import { setScenes } from './scenes.ts';
import { identifyBoth, locateBoth, ownersOf } from './sides.ts';

/** Whether a run of the mode makes a plan to be carried out, be it only in words. */
export function carries(mode: Mode): boolean {
  return mode === 'sync' || mode === 'dry-run';
}

/** A scene in which every prerequisite has been looked at. */
export interface Prepared extends Pick<Findings, 'ways' | 'note'> {
  /** In which the plan is made, and in which it is carried out where nothing better is chosen. */
  readonly scene: Scene;
}

/** What preparing is done with. */
export interface Means {
  readonly host: Host;
  readonly network: Network;
  /** Ends the requests of the identities, which are still needed when `network` has been cut off. */
  readonly aborting: AbortSignal;
  readonly diary: Diary;
  readonly grants: Grants;
}

/**
 * `undefined` when a check failed: the diary says which, and all that could be asked has been asked. A run of `mode:
 * health` goes on even then: it changes nothing, and how much is missing is just what one wants to know.
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
  const owners = ownersOf(settings, identities);
  const run = host.runUrl ?? host.sessionName;
  const laid = await layGrounds({ settings, regions, owners, network, run }, identities);
  diary.checks.push(...laid.results);
  if (laid.results.some(isFailed)) return undefined;
  const journal = new FileJournal(journalIn(host.scratch));
  const ways = await setScenes(settings, { identities, regions, owners }, { network, journal }, laid);
  rememberCleanUp(ways.copy, host);
  const { scene, results, ...found } = await checkAndGrant(ways, grants, host.log);
  diary.engine = scene.engine;
  diary.checks.push(...results);
  const isFit = !diary.checks.some(isFailed);
  const { note } = found;
  // Where there is a plan to come, another way may still be chosen.
  if (note !== undefined && !(isFit && carries(settings.mode))) diary.notes.push(note);
  if (!isFit && settings.mode !== 'health') return undefined;
  return { ...found, scene, ways: [...found.ways, ...(laid.refused ?? [])] };
}
