/**
 * Globs, one a line. A line is kept byte for byte, because keys may contain anything, white space at the end included.
 */
import { compileGlobs } from '../glob.ts';
import { type Kind, Refusal } from './kind.ts';

export const GLOBS: Kind<readonly string[]> = {
  accepts: 'globs such as logs/** or *.{jpg,png}, one a line',
  verbatim: true,
  read(text) {
    const lines = text.split('\n').map(line => (line.endsWith('\r') ? line.slice(0, -1) : line));
    return lines.filter(line => line.trim() !== '').map(checked);
  },
};

function checked(glob: string): string {
  // Other tools take `!` in a list of inclusions for an exclusion. Two ways to exclude would need a rule of precedence.
  if (glob.startsWith('!'))
    throw new Refusal(
      'has a line that begins with "!"; what to take stands in include, what to leave out in exclude',
    );
  try {
    compileGlobs([glob]);
  } catch {
    throw new Refusal(`has a line that is not a glob: ${glob}`);
  }
  return glob;
}
