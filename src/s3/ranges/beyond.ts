/** Keys as numbers: where the keys will have come if they go on as they did. */
import { compareKeys } from '../../sync/order.ts';
import { type Characters, codeOf, isWithinCharacter, sharedLength } from './characters.ts';

/** Positions count until they tell so many keys apart: few enough for doubles to count exactly. */
const ENOUGH = 2 ** 40;

/**
 * Goes on from `to` by `times` the distance it has from `from`: character by character from where the two differ,
 * carrying to the left, like numbers whose digits are the characters of each position.
 *
 * @returns a well-formed key above `to`, no longer in bytes than the longer of the two; `undefined` where there is none
 */
export function beyond(from: string, to: string, times: number, characters: Characters): string | undefined {
  const start = sharedLength(from, to);
  const longest = Math.max(from.length, to.length);
  let [distance, sum, size, end] = [0, 0, 1, start];
  for (; end < longest && size < ENOUGH; end++) {
    const column = characters.at(end);
    const [low, high] = [column.digitOf(characterAt(from, end)), column.digitOf(characterAt(to, end))];
    distance = distance * column.size + high - low;
    sum = sum * column.size + high;
    size *= column.size;
  }
  sum += Math.max(1, Math.round(distance * times));

  let spelled = '';
  let position = end;
  while (position > start || sum > 0) {
    position--;
    if (position < 0) return undefined;
    if (position < start && isWithinCharacter(to, position)) continue;
    const column = characters.at(position);
    if (position < start) sum += column.digitOf(characterAt(to, position));
    const carries = position > start || column.startsOver;
    const code = column.codeOf(carries ? sum % column.size : sum);
    if (code === undefined) return undefined;
    spelled = String.fromCodePoint(code) + spelled;
    sum = carries ? Math.floor(sum / column.size) : 0;
  }
  const bytes = Math.max(Buffer.byteLength(from), Buffer.byteLength(to));
  const key = shortened(to.slice(0, position) + spelled, bytes);
  return compareKeys(key, to) > 0 ? key : undefined;
}

/** `undefined` where the key has ended, or is in the second half of a surrogate pair. */
function characterAt(key: string, position: number): number | undefined {
  return position < key.length && !isWithinCharacter(key, position) ? codeOf(key, position) : undefined;
}

function shortened(key: string, bytes: number): string {
  let end = key.length;
  while (Buffer.byteLength(key.slice(0, end)) > bytes) end -= isWithinCharacter(key, end - 1) ? 2 : 1;
  return key.slice(0, end);
}
