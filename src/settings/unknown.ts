/**
 * The runner passes an input that no one declared and only warns. `dry-run: true` must not become a real sync, so an
 * unknown name stops the run, with the nearest name that exists.
 */
import { INPUT_NAMES, isInputName } from './inputs.ts';

/** What other tools call it, letters only, and what it is called here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['dryrun', 'mode: dry-run'],
  ['preview', 'mode: dry-run'],
  ['src', 'source'],
  ['from', 'source'],
  ['sourcebucket', 'source'],
  ['dst', 'destination'],
  ['dest', 'destination'],
  ['to', 'destination'],
  ['target', 'destination'],
  ['destinationbucket', 'destination'],
  ['region', 'source-region or destination-region'],
  ['awsregion', 'source-region or destination-region'],
  ['role', 'source-role or destination-role'],
  ['rolearn', 'source-role or destination-role'],
  ['roletoassume', 'source-role or destination-role'],
  ['rolesessionname', 'session-name'],
  ['roledurationseconds', 'session-duration'],
  ['sse', 'encryption'],
  ['ssekmskeyid', 'kms-key'],
  ['filter', 'include or exclude'],
]);

/** One sentence for each name that is not an input of this version. The values stay out of it: they may be secrets. */
export function unknownInputs(names: Iterable<string>): string[] {
  return [...names].filter(name => !isInputName(name)).map(problem);
}

function problem(name: string): string {
  return `${name}: there is no such input. Did you mean ${ELSEWHERE.get(letters(name)) ?? nearest(name)}?`;
}

function nearest(name: string): string {
  const [best] = INPUT_NAMES.toSorted((a, b) => distance(name, a) - distance(name, b));
  return best ?? '';
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Levenshtein: how many characters must be added, dropped or changed to turn one word into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const change = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
