/** The one place where the lab asks the policy simulator. */
import { anonymousPrincipal, type RequestAnalysis, runSimulation } from '@cloud-copilot/iam-simulate';
import type { PolicyDocument } from '../kinds.ts';

export interface Simulation {
  /** ARN of who asks, `undefined` for nobody. */
  readonly principal: string | undefined;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly identityPolicies: readonly PolicyDocument[];
  readonly sessionPolicy?: PolicyDocument | undefined;
  readonly resourcePolicy?: PolicyDocument | undefined;
  readonly context: Readonly<Record<string, string | string[]>>;
}

/**
 * Evaluates the policies.
 *
 * @throws Error when the question itself is wrong: an action that does not exist, a resource that is not of the action's
 * kind, a malformed policy. That is a bug in the lab or in the test, and must not pass for a verdict.
 */
export async function simulate(simulation: Simulation): Promise<RequestAnalysis> {
  const outcome = await run(simulation);
  if (outcome.resultType !== 'single') {
    const why =
      outcome.resultType === 'error' ? JSON.stringify(outcome.errors) : 'it was taken for a pattern';
    throw new Error(
      `the policy simulator cannot judge ${simulation.action} on ${simulation.resource}: ${why}`,
    );
  }
  return outcome.result.analysis;
}

/**
 * Evaluates the policies for a question that may be odd, as people may put it to IAM: an action on `*`, which only what
 * is said of `*` answers, or on a resource that is not of its kind, which nothing allows.
 *
 * @throws Error when the policies are malformed or nobody knows the action
 */
export async function simulateAnything(simulation: Simulation): Promise<RequestAnalysis['result']> {
  const outcome = await run(simulation);
  if (outcome.resultType === 'single') return outcome.result.analysis.result;
  if (outcome.resultType === 'wildcard') {
    const literal = outcome.results.find(({ resourcePattern }) => resourcePattern === simulation.resource);
    return literal?.analysis.result ?? 'ImplicitlyDenied';
  }
  if (OF_ANOTHER_KIND.has(outcome.errors.message)) return 'ImplicitlyDenied';
  throw new Error(
    `the policy simulator cannot judge ${simulation.action}: ${JSON.stringify(outcome.errors)}`,
  );
}

const OF_ANOTHER_KIND = new Set(['no.resource.types', 'must.use.wildcard']);

function run(simulation: Simulation): ReturnType<typeof runSimulation> {
  const { standIn, translate } = literalResource(simulation);
  const { sessionPolicy, resourcePolicy } = simulation;
  return runSimulation(
    {
      request: {
        principal: simulation.principal ?? anonymousPrincipal,
        action: simulation.action,
        resource: { resource: standIn, accountId: simulation.resourceAccount },
        contextVariables: { ...simulation.context },
      },
      identityPolicies: simulation.identityPolicies.map((policy, index) => ({
        name: `identity-${index}`,
        policy: translate(policy),
      })),
      sessionPolicy: sessionPolicy && translate(sessionPolicy),
      resourcePolicy: resourcePolicy && translate(resourcePolicy),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    { simulationMode: 'Strict' },
  );
}

// What the simulator would not take at its word: `*` makes a pattern of the resource, and its wildcards do not match
// line ends.
const MISREAD = /[*\n\r\u2028\u2029]/g;
const FIRST_STAND_IN = 0xe000;
const LITERAL_ASTERISK = /\$\{\*\}/g;

/**
 * Keys may hold characters that the simulator misreads. They are renamed to private-use characters that occur neither
 * in the resource nor in any policy, and the policies' literal ones are renamed alike (a literal `*` is written `${*}`
 * there). Matching knows of characters only whether they are equal, so a renaming on both sides changes no verdict.
 */
function literalResource({ resource, identityPolicies, sessionPolicy, resourcePolicy }: Simulation): {
  standIn: string;
  translate: (policy: PolicyDocument) => PolicyDocument;
} {
  if (resource === '*' || resource.search(MISREAD) < 0) {
    return { standIn: resource, translate: policy => policy };
  }
  const everything = resource + JSON.stringify([identityPolicies, sessionPolicy, resourcePolicy]);
  let next = FIRST_STAND_IN;
  const unused = (): string => {
    while (everything.includes(String.fromCharCode(next))) next++;
    return String.fromCharCode(next++);
  };
  const names = new Map(['*', '\n', '\r', '\u2028', '\u2029'].map(character => [character, unused()]));
  const rename = (character: string): string => names.get(character) ?? character;
  const renameLiterals = (text: string): string =>
    text.replace(LITERAL_ASTERISK, rename('*')).replace(/[\n\r\u2028\u2029]/g, rename);
  return {
    standIn: resource.replace(MISREAD, rename),
    translate: policy =>
      JSON.parse(JSON.stringify(policy), (_, value) =>
        typeof value === 'string' ? renameLiterals(value) : value,
      ),
  };
}
