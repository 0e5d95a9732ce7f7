/** What a job needs of the place it runs in: GitHub's runner, or a shell. */
import type { Log } from '../model/log.ts';
import type { CleanUp } from './left-over.ts';

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
