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
  const { standIn, translate } = literalResource(simulation);
  const { sessionPolicy, resourcePolicy } = simulation;
  const outcome = await runSimulation(
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
  if (outcome.resultType !== 'single') {
    const why =
      outcome.resultType === 'error' ? JSON.stringify(outcome.errors) : 'it was taken for a pattern';
    throw new Error(
      `the policy simulator cannot judge ${simulation.action} on ${simulation.resource}: ${why}`,
    );
  }
  return outcome.result.analysis;
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
