/**
 * Memory that does not grow with the buckets. Left alone, V8 takes what the machine has before it looks for what can be
 * thrown away. (Node.js, "v8.setFlagsFromString".)
 */
import { setFlagsFromString } from 'node:v8';

/** Called once the code has been loaded and before the first million objects. */
export function keepMemorySmall(): void {
  // The space for new objects stays as large as it is by now, some 16 MB, instead of growing to 128.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The rest is collected when it has doubled, instead of quadrupled.
  setFlagsFromString('--heap-growing-percent=100');
}
