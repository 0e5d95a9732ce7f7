/**
 * The order in which S3 lists keys: by the bytes of their UTF-8 form. JavaScript's `<` compares UTF-16 units, which
 * differs where a character above U+FFFF (a surrogate pair) meets one from U+E000 to U+FFFF.
 */

/** Negative, zero or positive as `a` comes before, with or after `b` in a listing. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Lifts surrogates above the rest of the basic plane, where UTF-8 puts the characters they stand for. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
