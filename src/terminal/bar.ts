/** How far a piece of work is, drawn. */
import type { HowFar } from '../model/log.ts';

const WIDTH = 24;

/** `[=====>             ] 27% 1,200 of 5,000 objects, …`; full, and at 100 %, only when all is done. */
export function bar({ line, share }: HowFar): string {
  if (share === undefined) return line;
  const done = Math.floor(share * WIDTH);
  const drawn = done === WIDTH ? '='.repeat(WIDTH) : `${'='.repeat(done)}>`.padEnd(WIDTH);
  return `[${drawn}] ${Math.floor(share * 100)}% ${line}`;
}
