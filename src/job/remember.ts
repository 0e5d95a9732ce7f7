/** What a killed run would leave open is remembered before it is opened, for whoever cleans up afterwards. */
import { join } from 'node:path';
import { taskRegion } from '../datasync/ground.ts';
import type { Scene } from '../preflight/scene.ts';
import type { Host } from './host.ts';
import { requestFor } from './identity-request.ts';
import type { CleanUp, WorkLeft } from './left-over.ts';

/** To be called again whenever another identity or another service is about to do the work. */
export function rememberCleanUp(
  scene: Scene,
  host: Pick<Host, 'remember' | 'sessionName' | 'scratch'>,
): void {
  host.remember(cleanUpFor(scene, host));
}

/** Where the run notes the multipart uploads that it opens. */
export function journalIn(scratch: string): string {
  return join(scratch, 'uploads.ndjson');
}

/** Where an engine notes what a service does that must not outlive the run. */
export function workNoteIn(scratch: string): string {
  return join(scratch, 'under-way.json');
}

/** Where the run notes what has been granted to it. */
export function grantsNoteIn(scratch: string): string {
  return join(scratch, 'grants.json');
}

function cleanUpFor(scene: Scene, host: Pick<Host, 'sessionName' | 'scratch'>): CleanUp {
  const { settings, to } = scene;
  const work = workLeft(scene, host);
  return {
    journal: journalIn(host.scratch),
    grants: grantsNoteIn(host.scratch),
    ...requestFor(to.identity.side, settings, host),
    bucket: to.location.bucket,
    region: to.region,
    owner: to.owner,
    ...(work !== undefined && { work }),
  };
}

/** What a service may be doing for the run from now on. */
function workLeft(
  { settings, datasync, jobs }: Scene,
  host: Pick<Host, 'sessionName' | 'scratch'>,
): WorkLeft | undefined {
  const note = workNoteIn(host.scratch);
  if (datasync !== undefined) {
    const { ground } = datasync;
    return { of: 'datasync', note, region: taskRegion(ground), as: requestFor('source', settings, host) };
  }
  if (jobs === undefined) return undefined;
  const { region, account } = jobs.ground;
  const { side } = jobs.work.identity;
  return { of: 'jobs', note, region, account, as: requestFor(side, settings, host) };
}
