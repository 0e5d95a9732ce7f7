/** What the process says to the shell; part of the contract. */
export const EXIT_CODE = {
  well: 0,
  /** The run failed: objects, differences, checks. */
  failed: 1,
  /** Nothing was done: flags or values are wrong. */
  usage: 2,
  /** All is well that was done until `time-limit`, and the next run goes on. */
  outOfTime: 3,
  /** As shells count: 128 and the number of the signal. */
  SIGINT: 130,
  SIGTERM: 143,
} as const;
