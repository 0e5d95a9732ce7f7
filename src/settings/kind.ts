/**
 * What a kind of value is: a sentence that says what is accepted, and a reader that keeps to it. The kinds that are
 * built from other kinds live here too.
 */

export interface Kind<T> {
  /** Ends the sentence "Accepted: …". */
  readonly accepts: string;
  /** White space around the text belongs to the value. */
  readonly verbatim?: true;
  /** The text never stands in a message. */
  readonly secret?: true;
  /** @throws Refusal when the text is not of this kind. */
  read(text: string): T;
}

/** The text is not of the kind asked for. The message continues the sentence that begins with the value. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(why = 'is not understood') {
    super(why);
  }
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Kind<T> {
  return {
    accepts: words.join(', '),
    read(text) {
      const word = words.find(each => each === text);
      if (word !== undefined) return word;
      throw new Refusal();
    },
  };
}

/** Several of a few words, separated by commas or lines. */
export function setOf<const T extends string>(words: readonly T[]): Kind<ReadonlySet<T>> {
  const word = oneOf(words);
  return {
    accepts: `${word.accepts}, separated by commas or lines`,
    read(text) {
      const parts = text.split(/[,\n]/).map(part => part.trim());
      const named = parts.filter(part => part !== '');
      if (named.length === 0) throw new Refusal('names nothing');
      const strange = named.find(part => !words.some(each => each === part));
      if (strange !== undefined && named.length > 1)
        throw new Refusal(`has "${strange}", which is not understood`);
      return new Set(named.map(part => word.read(part)));
    },
  };
}

export function orAuto<T>(kind: Kind<T>): Kind<T | 'auto'> {
  return {
    accepts: `auto, or ${kind.accepts}`,
    read: text => (text === 'auto' ? 'auto' : kind.read(text)),
  };
}

/** A kind of number kept between two bounds, both inclusive. */
export function between(kind: Kind<number>, low: number, high: number, accepts: string): Kind<number> {
  return {
    accepts,
    read(text) {
      const value = kind.read(text);
      if (value < low) throw new Refusal('is too small');
      if (value > high) throw new Refusal('is too large');
      return value;
    },
  };
}

export function matching(pattern: RegExp, accepts: string): Kind<string> {
  return {
    accepts,
    read(text) {
      if (!pattern.test(text)) throw new Refusal();
      return text;
    },
  };
}
