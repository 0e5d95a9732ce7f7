/** The lab's time: it runs along with the machine's, from wherever it was set. */
export interface Clock {
  now(): Date;
  set(date: Date): void;
  advance(milliseconds: number): void;
}

/** A clock that starts at `start`, so that a test can live in 2013 or just before a token runs out. */
export function createClock(start: Date = new Date()): Clock {
  let ahead = start.getTime() - Date.now();
  return {
    now: () => new Date(Date.now() + ahead),
    set: date => {
      ahead = date.getTime() - Date.now();
    },
    advance: milliseconds => {
      ahead += milliseconds;
    },
  };
}
