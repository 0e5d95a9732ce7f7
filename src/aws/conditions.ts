/**
 * Conditions of policies, as far as they can be judged before the request is made. (IAM User Guide, "IAM JSON policy
 * elements: Condition operators".)
 */
import { type Certainty, every, not, some } from './certainty.ts';
import { equals, matches, matchesArn } from './wildcards.ts';

/** Values of condition keys by their names in lower case; `*` and `?` stand in them for what is not known. */
export type Context = Readonly<Record<string, string>>;

/** A test of one condition key, and what came of it. */
export interface Tested {
  readonly key: string;
  readonly holds: Certainty;
}

/** @param condition the element as it stands in a policy: values by key by operator */
export function testConditions(condition: unknown, context: Context): Tested[] {
  return entriesOf(condition).flatMap(([operator, tests]) =>
    entriesOf(tests).map(([key, values]) => ({ key, holds: test(operator, key, [values].flat(), context) })),
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

type Compare = (expected: string, value: string) => Certainty;

const ignoringCase: Compare = (expected, value) => equals(expected.toLowerCase(), value.toLowerCase());

const sameTruth: Compare = (expected, value) =>
  [expected, value].every(one => /^(true|false)$/i.test(one)) ? ignoringCase(expected, value) : 'maybe';

const earlier: Compare = (expected, value) => {
  const [end, now] = [Date.parse(expected), Date.parse(value)];
  return Number.isNaN(end) || Number.isNaN(now) ? 'maybe' : now < end ? 'yes' : 'no';
};

/** The operators that are understood here. A condition with any other one may hold or not. */
const OPERATORS: Readonly<Record<string, Compare>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: ignoringCase,
  StringLike: matches,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: sameTruth,
  DateLessThan: earlier,
};

function test(operator: string, key: string, expected: readonly unknown[], context: Context): Certainty {
  const value = context[key.toLowerCase()];
  const plain = operator.replace(/IfExists$/, '');
  const positive = plain.replace(/^(String|Arn)Not/, '$1');
  const compare = OPERATORS[positive];
  if (value === undefined || compare === undefined) return 'maybe';
  const one = some(expected.map(each => compare(String(each), value)));
  return positive === plain ? one : not(one);
}

/** All of them hold. */
export function allHold(tested: readonly Tested[]): Certainty {
  return every(tested.map(({ holds }) => holds));
}
