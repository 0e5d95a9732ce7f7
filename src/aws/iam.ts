/**
 * IAM as one identity sees it: what the roles of its own account are, and what policies of roles and users allow. Nothing
 * is changed by asking, and nothing costs anything.
 */
import {
  type ContextEntry,
  type EvaluationResult,
  GetRoleCommand,
  IAMClient,
  type ResourceSpecificResult,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { firstRegion } from './endpoint.ts';
import type { Identity } from './identity.ts';
import { type Reading, read } from './reading.ts';
import { withRetries } from './retry.ts';

export interface IamOptions {
  readonly identity: Identity;
  readonly requestHandler: NodeHttpHandler;
  /** Ends every request under way. */
  readonly aborting: AbortSignal;
  /** Told the name of every request, and `iam-retried` or `iam-throttled` for those that had to be repeated. */
  readonly count: (name: string) => void;
}

/** Who may assume a role. */
export interface Trust {
  /** With its path. */
  readonly arn: string;
  /** The trust policy, parsed. */
  readonly policy: unknown;
}

export interface Trial {
  /** ARN of the role or user whose policies are looked at. */
  readonly principal: string;
  /** Without wildcards, which IAM does not take here. */
  readonly actions: readonly string[];
  /** ARN of what they are tried on; `*` for actions that know no resources. */
  readonly resource: string;
  /** Values of condition keys. */
  readonly context: Readonly<Record<string, string>>;
}

export interface Tried {
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision;
  /** Condition keys of the policies without a value here: the decision may be another one. */
  readonly open: readonly string[];
}

/**
 * - `allowed`: by the principal's own policies
 * - `silent`: nothing in them allows it
 * - `denied`: something in them denies it
 * - `bounded`: its permissions boundary does not allow it
 * - `forbidden`: the organization does not allow it
 */
export type Decision = 'allowed' | 'silent' | 'denied' | 'bounded' | 'forbidden';

export class Iam {
  readonly #options: IamOptions;
  readonly #client: IAMClient;

  constructor(options: IamOptions) {
    const { identity, requestHandler } = options;
    this.#options = options;
    this.#client = new IAMClient({
      region: firstRegion(identity.partition),
      credentials: identity.credentials,
      requestHandler,
      maxAttempts: 1,
    });
  }

  /** Resolves to `undefined` when the account of the identity has no role of this name. (IAM API, GetRole.) */
  trustOf(role: string): Promise<Reading<Trust | undefined>> {
    const command = new GetRoleCommand({ RoleName: role.split('/').at(-1) });
    const ask = async (): Promise<Trust> => {
      const { Role } = await this.#retried('GetRole', signal => this.#client.send(command, signal));
      const { Arn: arn = role, AssumeRolePolicyDocument: encoded = '{}' } = Role ?? {};
      return { arn, policy: JSON.parse(decodeURIComponent(encoded)) };
    };
    return read<Trust | undefined>(ask, { NoSuchEntity: undefined });
  }

  /**
   * Has IAM evaluate the policies of a role or user of the identity's account, its permissions boundary and the policies of
   * its organization, but no session's and no bucket's. (IAM API, SimulatePrincipalPolicy.)
   */
  tryOut(trial: Trial): Promise<Reading<readonly Tried[]>> {
    const { principal, actions, resource, context } = trial;
    const ask = async (): Promise<Tried[]> => {
      const tried: Tried[] = [];
      let marker: string | undefined;
      do {
        const command = new SimulatePrincipalPolicyCommand({
          PolicySourceArn: principal,
          ActionNames: [...actions],
          ResourceArns: [resource],
          ContextEntries: Object.entries(context).map(entryOf),
          ...(marker !== undefined && { Marker: marker }),
        });
        const page = await this.#retried('SimulatePrincipalPolicy', signal =>
          this.#client.send(command, signal),
        );
        tried.push(...(page.EvaluationResults ?? []).map(result => triedOf(result, resource)));
        marker = page.IsTruncated ? page.Marker : undefined;
      } while (marker !== undefined);
      return actions.map(action => tried.find(one => one.action === action) ?? untold(action, resource));
    };
    return read(ask, {});
  }

  #retried<T>(
    name: string,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { identity, aborting, count } = this.#options;
    const attempt = () => {
      count(name);
      return send({ abortSignal: aborting });
    };
    return withRetries(attempt, {
      aborting,
      renew: identity.renew,
      onRetry: ({ kind }) => count(kind === 'throttle' ? 'iam-throttled' : 'iam-retried'),
    });
  }
}

/** An action that IAM leaves unanswered is neither allowed nor denied: the decision stays open. */
function untold(action: string, resource: string): Tried {
  return { action, resource, decision: 'silent', open: ['an answer of IAM'] };
}

function entryOf([ContextKeyName, value]: [key: string, value: string]): ContextEntry {
  const ContextKeyType = /^(true|false)$/.test(value) ? 'boolean' : 'string';
  return { ContextKeyName, ContextKeyValues: [value], ContextKeyType };
}

/** @param resource the only one that was asked about; IAM tells of it apart unless it is `*` */
export function triedOf(result: EvaluationResult, resource: string): Tried {
  const specific: Partial<ResourceSpecificResult> = result.ResourceSpecificResults?.[0] ?? {};
  const boundary = specific.PermissionsBoundaryDecisionDetail ?? result.PermissionsBoundaryDecisionDetail;
  const decision = specific.EvalResourceDecision ?? result.EvalDecision;
  return {
    action: result.EvalActionName ?? '',
    resource,
    decision: decisionOf(
      decision,
      result.OrganizationsDecisionDetail?.AllowedByOrganizations,
      boundary?.AllowedByPermissionsBoundary,
    ),
    open: specific.MissingContextValues ?? result.MissingContextValues ?? [],
  };
}

function decisionOf(
  decision: EvaluationResult['EvalDecision'],
  byOrganization: boolean | undefined,
  byBoundary: boolean | undefined,
): Decision {
  if (byOrganization === false) return 'forbidden';
  if (decision === 'explicitDeny') return 'denied';
  if (byBoundary === false) return 'bounded';
  return decision === 'allowed' ? 'allowed' : 'silent';
}
