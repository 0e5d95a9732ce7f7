/** Globs over keys. A key is no path: `/` at its end counts, `\` is a character like any other, and `..` means nothing. */
import zeptomatch from 'zeptomatch';

/**
 * One expression that matches a key whole when one of the globs does: `*` and `?` stop at `/`, `**` does not, `{a,b}`
 * and `[a-z]` as usual, `\` takes the next character as it is.
 *
 * @throws SyntaxError for a glob that means nothing, such as `[z-a]`
 */
export function compileGlobs(globs: readonly string[]): RegExp {
  const { source } = zeptomatch.compile(globs.map(spellEscapes));
  // zeptomatch matches paths: to it `\` is `/` and a `/` at the end does not count. It also counts UTF-16 units.
  const strict = source
    .replaceAll('[\\\\/]?$', '$')
    .replaceAll('[\\\\/]', '\\/')
    .replaceAll('[^\\\\/]', '[^/]');
  return new RegExp(strict, 'su');
}

/** Escapes go into the expression as they are, where `\d` would be a digit and `\@` an error; a code point is neither. */
function spellEscapes(glob: string): string {
  return glob.replace(/\\(.)/gsu, (whole, character: string) => {
    if (/[\^$\\.*+?()[\]{}|/]/.test(character)) return whole;
    return character.length > 1 ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
