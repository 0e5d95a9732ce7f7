/** How the job speaks to whoever watches it. */

/** How far a piece of work is. */
export interface HowFar {
  /** For people who wait. */
  readonly line: string;
  /** From 0 to 1; absent where nobody can tell. */
  readonly share?: number;
}

/** The voice of the job. The GitHub log, a terminal or nothing at all stand behind it. */
export interface Log {
  info(message: string): void;
  debug(message: string): void;
  warning(message: string, title?: string): void;
  error(message: string, title?: string): void;
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Says how far the work is for as long as it lasts, as often as is good where the log goes. */
  watch<T>(howFar: () => HowFar, work: () => Promise<T>): Promise<T>;
}
