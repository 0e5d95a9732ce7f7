/**
 * What a policy of a bucket or a role says to a request, as far as it can be read without an evaluator: AWS simulates
 * no such policy for a role (IAM API, SimulatePrincipalPolicy, "ResourceArns"), and the library that evaluates policies
 * in the tests is under the AGPL. So the answer is `yes` or `no` only where it is certain, and `maybe` otherwise; the
 * tests compare it with that library. (IAM User Guide, "Policy evaluation logic".)
 */
import { type Certainty, every, some } from './certainty.ts';
import { allHold, type Context, testConditions } from './conditions.ts';
import { matches, matchesArn } from './wildcards.ts';

export type Effect = 'Allow' | 'Deny';

/** What is to be allowed, as far as it is known. */
export interface Asked {
  /** Whether the element names who asks. */
  readonly names: (principal: unknown, effect: Effect) => Certainty;
  readonly action: string;
  /** ARN, in which `*` and `?` stand for what is not known; `undefined` where the policy's own resource is meant. */
  readonly resource: string | undefined;
  readonly context: Context;
}

export interface Opinion {
  /** The policy allows it. */
  readonly allowed: Finding;
  /** The policy denies it, whatever else allows it. */
  readonly denied: Finding;
}

export interface Finding {
  readonly certainty: Certainty;
  /** What the answer depends on where it is not certain: condition keys, and elements that are not read here. */
  readonly because: readonly string[];
}

/** @param policy parsed */
export function opinionOf(policy: unknown, asked: Asked): Opinion {
  const statements = [membersOf(policy).Statement ?? []].flat().map(membersOf);
  const say = (effect: Effect) =>
    summary(statements.filter(({ Effect }) => Effect === effect).map(one => judge(one, effect, asked)));
  return { allowed: say('Allow'), denied: say('Deny') };
}

type Members = Readonly<Record<string, unknown>>;

/** The members of a parsed object; none of anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function summary(findings: readonly Finding[]): Finding {
  const certainty = some(findings.map(finding => finding.certainty));
  const because = findings
    .filter(finding => finding.certainty === certainty)
    .flatMap(finding => finding.because);
  return { certainty, because: certainty === 'yes' ? [] : [...new Set(because)] };
}

/** Whether one statement applies. */
function judge(statement: Members, effect: Effect, asked: Asked): Finding {
  const elements: [name: string, certainty: Certainty][] = [
    element('Principal', statement, principal => asked.names(principal, effect)),
    element('Action', statement, actions => ofAction(actions, asked.action)),
    element('Resource', statement, resources => ofResource(resources, asked.resource)),
  ];
  const about = every(elements.map(([, certainty]) => certainty));
  if (about === 'no') return { certainty: 'no', because: [] };
  const tested = testConditions(statement.Condition, asked.context);
  const held = allHold(tested);
  return {
    certainty: every([about, held]),
    because: [
      ...elements.filter(([, certainty]) => certainty === 'maybe').map(([name]) => name),
      ...tested.filter(({ holds }) => holds !== 'yes' && holds === held).map(({ key }) => key),
    ],
  };
}

/** One element of a statement, such as `Action`. Its negative form, such as `NotAction`, is not read. */
function element(
  name: string,
  statement: Members,
  read: (value: unknown) => Certainty,
): [name: string, certainty: Certainty] {
  return `Not${name}` in statement ? [`Not${name}`, 'maybe'] : [name, read(statement[name])];
}

function ofAction(element: unknown, action: string): Certainty {
  return some(textsOf(element).map(pattern => matches(pattern.toLowerCase(), action.toLowerCase())));
}

function ofResource(element: unknown, resource: string | undefined): Certainty {
  if (resource === undefined) return 'yes';
  return some(textsOf(element).map(pattern => (pattern === '*' ? 'yes' : matchesArn(pattern, resource))));
}

/** The texts of an element that may be one or many. */
export function textsOf(element: unknown): string[] {
  return [element].flat().filter(one => typeof one === 'string');
}
