/** What a run leaves for its end, and one process of the action for the next: state of the main step, read by the post step. */
import type { CleanUp } from './host.ts';

export const LEFT_OVER = 'left-over';

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
