/** How a job is recognised: by its description, whoever asks and whenever. */
import type { Ground } from './ground.ts';

/**
 * @param fingerprint of what the run was asked to do
 * @param id of the one job
 */
export function descriptionOf({ source, destination }: Ground, fingerprint: string, id: string): string {
  return `s3-cross-account-sync ${source.bucket} to ${destination.bucket} [${fingerprint}:${id}]`;
}

/** Whether a run that was asked to do this has made the job. */
export function isOf(description: string, fingerprint: string): boolean {
  return description.startsWith('s3-cross-account-sync ') && description.includes(` [${fingerprint}:`);
}
