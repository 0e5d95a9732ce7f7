/** The engine of a run, with all that it works with. */
import { createBatchEngine } from '../engines/batch.ts';
import { createCopyEngine } from '../engines/copy.ts';
import { createDataSyncEngine } from '../engines/datasync/engine.ts';
import type { Engine } from '../engines/engine.ts';
import type { ObjectEngineOptions } from '../engines/object-by-object.ts';
import { createReplicationEngine } from '../engines/replication/engine.ts';
import { createStreamEngine } from '../engines/stream.ts';
import type { Job } from '../model/outcome.ts';
import { aclFor } from '../preflight/ownership.ts';
import { grantsTo, preservedBy } from '../preflight/preserved.ts';
import { type Scene, workersOf } from '../preflight/scene.ts';
import type { CopyRoute } from '../s3/route.ts';
import type { Places } from '../sync/places.ts';
import type { Host } from './host.ts';
import type { Plan } from './plan.ts';
import { workNoteIn } from './remember.ts';

export interface EngineNeeds {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly host: Pick<Host, 'scratch' | 'log'>;
  /** What an earlier run has started by the same plan. */
  readonly collected: Job | undefined;
}

/** @param options of what is carried object by object from here */
export function engineFor(
  { scene, plan, host: { scratch, log }, collected }: EngineNeeds,
  options: ObjectEngineOptions,
): Engine {
  const ours = { ...options, route: routeFor(scene, options.places) };
  const { settings, source, datasync, jobs, replication, facts } = scene;
  const fromHere = (way: string) => (way === 'stream' ? createStreamEngine(ours) : createCopyEngine(ours));
  const common = { settings, source, scratch, note: workNoteIn(scratch), log };
  if (datasync !== undefined) {
    const { rest } = datasync.folders;
    const others = fromHere(datasync.besides);
    return createDataSyncEngine({ ...common, ...datasync, rest, others });
  }
  if (replication !== undefined && jobs !== undefined) {
    const planned = () => plan.copies();
    return createReplicationEngine({ ...common, ...jobs, replication, planned, collected });
  }
  if (jobs !== undefined) {
    const { encryption } = facts.destination;
    return createBatchEngine({
      ...common,
      ...jobs,
      acl: aclFor(scene, workersOf(scene).writer),
      byDefault: encryption.known ? encryption.value.algorithm : undefined,
      collected,
      others: fromHere(jobs.besides),
    });
  }
  return fromHere(scene.engine);
}

function routeFor(scene: Scene, places: Places): CopyRoute {
  const { settings, from, to, destination, journal } = scene;
  return {
    from,
    to,
    deletions: destination,
    preserve: preservedBy(scene),
    storageClass: settings.storageClass,
    encryption: settings.encryption,
    kmsKey: settings.kmsKey,
    acl: aclFor(scene),
    grantsTo: grantsTo(scene),
    neverOverwrite: settings.compare === 'missing',
    partSize: settings.partSize,
    parts: places.large,
    journal,
  };
}
