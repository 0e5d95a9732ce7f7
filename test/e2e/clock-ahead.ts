/** Loaded into a process before anything else, this sets its clock ahead by `CLOCK_AHEAD_MS`. */
const Real = Date;
const ahead = Number(process.env.CLOCK_AHEAD_MS);

globalThis.Date = class extends Real {
  constructor(...given: [] | [number | string | Date]) {
    super(given[0] ?? Real.now() + ahead);
  }

  static override now(): number {
    return Real.now() + ahead;
  }
} as DateConstructor;
