/**
 * The report folder as an artifact of the run.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { currentRun } from './run.ts';

export interface Upload {
  /** Absolute path. Every file below it is uploaded. */
  readonly folder: string;
  readonly name: string;
  /** `undefined` = the repository's setting. */
  readonly retentionDays: number | undefined;
}

/** Where the artifact is, or one sentence that says why there is none. */
export interface Uploaded {
  readonly url: string | undefined;
  readonly warning: string | undefined;
}

/** Uploads a folder. Never throws: a run does not fail for its report's sake. */
export async function uploadFolder(upload: Upload): Promise<Uploaded> {
  // The runner gives both to actions only; a `run:` step or another CI has neither.
  if (!process.env.ACTIONS_RESULTS_URL || !process.env.ACTIONS_RUNTIME_TOKEN) {
    return failed('this job offers no artifact service. It is complete in its folder.');
  }
  try {
    return { url: artifactUrl(await put(upload)), warning: undefined };
  } catch (error) {
    return failed(
      `${messageOf(error)}${taken(error) ? ' Give each job of the run its own artifact name.' : ''}`,
    );
  }
}

/** An artifact's name can be used once in a run, by one job. */
function taken(error: unknown): boolean {
  return messageOf(error).includes('(409)');
}

function failed(why: string): Uploaded {
  return { url: undefined, warning: `The report was not uploaded: ${why}` };
}

/** @returns the id of the new artifact. */
async function put({ folder, name, retentionDays }: Upload): Promise<number> {
  // Loaded only here: it is larger than all the rest of the action.
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const options = retentionDays === undefined ? {} : { retentionDays };
  const { id } = await new DefaultArtifactClient().uploadArtifact(name, files, folder, options);
  if (id === undefined) throw new Error('the artifact service gave no id');
  return id;
}

function artifactUrl(id: number): string | undefined {
  const { url } = currentRun();
  return url === undefined ? undefined : `${url}/artifacts/${id}`;
}
