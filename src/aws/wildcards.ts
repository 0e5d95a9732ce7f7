/**
 * Patterns of policies, held against texts of which a part is not known: "every object below this prefix" is as much a
 * pattern as what a policy says of it. (IAM User Guide, "IAM JSON policy elements: Resource", "Condition operators".)
 */
import { type Certainty, every } from './certainty.ts';

const ANY = Symbol('any number of characters');
const ONE = Symbol('one character');
type Token = string | typeof ANY | typeof ONE;

/**
 * Whether the pattern matches: all that `asked` may stand for (`yes`), none of it (`no`), or some, as far as this can tell.
 *
 * @param asked `*` and `?` stand in it for what is not known
 */
export function matches(pattern: string, asked: string): Certainty {
  if (hasVariable(pattern)) return 'maybe';
  return compare(tokensOf(pattern), tokensOf(asked));
}

/** The same where `*` and `?` are characters of the pattern like any other. */
export function equals(literal: string, asked: string): Certainty {
  if (hasVariable(literal)) return 'maybe';
  return compare([...literal], tokensOf(asked));
}

/** The same for ARNs, whose six parts are matched one by one. */
export function matchesArn(pattern: string, asked: string): Certainty {
  const [parts, askedParts] = [partsOf(pattern), partsOf(asked)];
  if (parts.length < ARN_PARTS || askedParts.length < ARN_PARTS) return 'maybe';
  return every(parts.map((part, index) => matches(part, askedParts[index] ?? '')));
}

const ARN_PARTS = 6;

/** At most six: what names the resource may have colons of its own. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  const resource = parts.slice(ARN_PARTS - 1);
  return [...parts.slice(0, ARN_PARTS - 1), ...(resource.length > 0 ? [resource.join(':')] : [])];
}

/** A policy variable, whose value only the evaluator of the request knows. */
function hasVariable(text: string): boolean {
  return text.includes('${');
}

function tokensOf(text: string): Token[] {
  return [...text].map(character => (character === '*' ? ANY : character === '?' ? ONE : character));
}

function compare(pattern: readonly Token[], asked: readonly Token[]): Certainty {
  if (!meet(pattern, asked, false)) return 'no';
  return meet(pattern, asked, true) ? 'yes' : 'maybe';
}

/**
 * @param whole whether the pattern must match all that `asked` stands for, or any of it. For the former, a sign that stands
 * for the unknown is matched by a sign as wide only: that some patterns in a row match it between them is not seen.
 */
function meet(pattern: readonly Token[], asked: readonly Token[], whole: boolean): boolean {
  // before[j]: the beginning of the pattern so far matches the first j tokens of what is asked.
  let before = [true];
  for (let j = 1; j <= asked.length; j++)
    before[j] = !whole && asked[j - 1] === ANY && before[j - 1] === true;
  for (const token of pattern) {
    const now: boolean[] = [];
    for (let j = 0; j <= asked.length; j++) {
      const sign = asked[j - 1];
      if (token === ANY) now[j] = before[j] === true || (j > 0 && now[j - 1] === true);
      else if (j === 0) now[j] = false;
      else if (sign === ANY) now[j] = !whole && (before[j] === true || now[j - 1] === true);
      else now[j] = before[j - 1] === true && fits(token, sign, whole);
    }
    before = now;
  }
  return before[asked.length] === true;
}

function fits(token: Token, sign: Token | undefined, whole: boolean): boolean {
  return token === sign || token === ONE || (!whole && sign === ONE);
}
