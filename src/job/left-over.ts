/** What a run leaves behind for whoever ends it: the process itself, or the post step, which reads it from the state of the main step. */
import type { IdentityRequest } from '../aws/identity.ts';

export const LEFT_OVER = 'left-over';

/** All that is needed to end from another process what a run has started, by the identity that writes. No secrets. */
export interface CleanUp extends IdentityRequest {
  /** File that names the multipart uploads. */
  readonly journal: string;
  /** File that names what was granted for the run, for as long as it may be in place. */
  readonly grants: string;
  readonly bucket: string;
  readonly region: string;
  readonly owner: string | undefined;
  readonly work?: WorkLeft;
}

/** How to find what a service does for the run, and whom to become to cancel it. */
export type WorkLeft = {
  /** File that names it, for as long as it is not known to have ended. */
  readonly note: string;
  readonly region: string;
  readonly as: IdentityRequest;
} & ({ readonly of: 'datasync' } | { readonly of: 'jobs'; readonly account: string });

export interface Left {
  /** Removed by whoever is done with it. */
  readonly scratch: string;
  readonly reportFolder: string;
  readonly cleanUp?: CleanUp | undefined;
}

/** Nothing but the folders when the main step finished by itself. */
export interface LeftOver extends Left {
  readonly upload?: { readonly name: string; readonly retentionDays: number | undefined } | undefined;
}
