/** What one process of the action leaves for the next: state of the main step, read by the post step. */
import type { CleanUp } from './host.ts';

export const LEFT_OVER = 'left-over';

/** Nothing but the scratch folder when the main step finished by itself. */
export interface LeftOver {
  /** Removed by whoever is done with it. */
  readonly scratch: string;
  readonly upload?:
    | { readonly folder: string; readonly name: string; readonly retentionDays: number | undefined }
    | undefined;
  readonly cleanUp?: CleanUp | undefined;
}
