/** What a job needs of the place it runs in: GitHub's runner, or a shell. */
import type { IdentityRequest } from '../aws/identity.ts';
import type { Log } from '../model/log.ts';

export interface Host {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  /** A fresh OIDC token for the audience. Throws FatalError where there is none to be had. */
  readonly idToken: (audience: string) => Promise<string>;
  /** Keeps a secret out of everything printed from now on. */
  readonly mask: (secret: string) => void;
  /** Role session name where none was asked for. */
  readonly sessionName: string;
  readonly runUrl: string | undefined;
  /** Existing folder for files of this run that nobody will read. */
  readonly scratch: string;
  /** Absolute path of the report folder; it exists. */
  readonly reportFolder: string;
  /** Remembers for whoever cleans up after a killed run. */
  readonly remember: (cleanUp: CleanUp) => void;
}

/** All that is needed to end from another process what a run has started. No secrets. */
export interface CleanUp {
  readonly journal: string;
  /** File that names what was granted for the run, for as long as it may be in place. */
  readonly grants: string;
  readonly side: 'source' | 'destination';
  readonly roleArn: string | undefined;
  readonly audience: string;
  readonly sessionName: string;
  readonly sessionSeconds: number;
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
