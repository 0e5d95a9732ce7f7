/** Who acts for a side. Proven by GetCallerIdentity with the very credentials that will be used, never assumed. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { FatalError } from '../errors.ts';
import type { IdentityProof } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import { accountOf, partitionOf, principalOf } from './arn.ts';
import { hasCustomEndpoint, startingRegion } from './endpoint.ts';
import { withRetries } from './retry.ts';
import { troubleOf } from './trouble.ts';
import { whenUnreachable } from './unreachable.ts';
import { WebIdentitySession } from './web-identity.ts';

export interface Identity extends IdentityProof {
  readonly credentials: AwsCredentialIdentityProvider;
  /** Replaces the credentials, whatever life they have left. */
  readonly renew: () => Promise<void>;
  /** The ARN that policies name; `undefined` when the identity is unknown. */
  readonly principal: string | undefined;
  readonly partition: string;
  /**
   * How far AWS's clock was ahead of this machine's when STS answered. S3 refuses what is signed fifteen minutes off, and a
   * HEAD cannot say why.
   */
  readonly clockAheadMs?: number;
}

export interface IdentityRequest {
  readonly side: Side;
  /** Empty = the ambient credential chain of the job. */
  readonly roleArn: string | undefined;
  readonly audience: string;
  readonly sessionName: string;
  readonly sessionSeconds: number;
}

/** What the surroundings of the job lend to identities. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly requestHandler: NodeHttpHandler;
  readonly idToken: (audience: string) => Promise<string>;
  readonly mask: (secret: string) => void;
  readonly aborting: AbortSignal;
}

/** @throws FatalError naming the side, what failed and what to do */
export async function identify(request: IdentityRequest, surroundings: Surroundings): Promise<Identity> {
  const region = startingRegion(surroundings.environment, request.roleArn);
  const common = { region, requestHandler: surroundings.requestHandler, maxAttempts: 1 };
  const { credentials, renew } =
    request.roleArn === undefined
      ? ambient(surroundings.mask)
      : assumed({ ...request, roleArn: request.roleArn }, surroundings, new STSClient(common));
  const prover = new STSClient({ ...common, credentials });
  const proof = await prove(request, prover, surroundings);
  return {
    side: request.side,
    how: request.roleArn === undefined ? 'ambient' : 'oidc',
    credentials,
    renew,
    account: proof?.account,
    arn: proof?.arn,
    principal: proof && principalOf(proof.arn, request.roleArn),
    partition: partitionOf(proof?.arn),
    // The SDK learns it from every answer.
    clockAheadMs: prover.config.systemClockOffset,
  };
}

type Credentials = Pick<Identity, 'credentials' | 'renew'>;

function assumed(
  request: IdentityRequest & { readonly roleArn: string },
  surroundings: Surroundings,
  sts: STSClient,
): Credentials {
  const session = new WebIdentitySession({ ...surroundings, ...request, sts });
  const provider = () => session.credentials();
  // Clients must not keep a copy of their own: a session renewed after ExpiredToken has to reach them at once.
  const credentials = Object.assign(provider, { memoized: true });
  return { credentials, renew: async () => void (await session.renew()) };
}

function ambient(mask: Surroundings['mask']): Credentials {
  let chain = defaultProvider();
  const provider: AwsCredentialIdentityProvider = async options => {
    const credentials = await chain(options);
    mask(credentials.secretAccessKey);
    if (credentials.sessionToken !== undefined) mask(credentials.sessionToken);
    return credentials;
  };
  return {
    credentials: Object.assign(provider, { memoized: true }),
    renew: async () => {
      chain = defaultProvider();
    },
  };
}

/** `undefined` where nothing can tell: ambient credentials behind an endpoint without STS. */
async function prove(
  { side, roleArn }: IdentityRequest,
  sts: STSClient,
  { environment, aborting }: Surroundings,
): Promise<{ readonly account: string; readonly arn: string } | undefined> {
  try {
    const { Account, Arn } = await withRetries(() => sts.send(new GetCallerIdentityCommand({})), {
      aborting,
    });
    if (Account === undefined || Arn === undefined)
      throw new Error('GetCallerIdentity answered without an identity.');
    if (roleArn !== undefined && accountOf(roleArn) !== Account) {
      throw new FatalError(`The ${side} role ${roleArn} turned out to be ${Arn} of account ${Account}.`, {
        todo: `Correct \`${side}-role\`, or the endpoint that answers for STS.`,
      });
    }
    return { account: Account, arn: Arn };
  } catch (error) {
    if (error instanceof FatalError) throw error;
    const trouble = troubleOf(error);
    const { code, message } = trouble;
    if (code === 'CredentialsProviderError') throw noCredentials(side, message, error);
    if (roleArn === undefined && hasCustomEndpoint(environment)) return undefined;
    throw new FatalError(
      `The ${side} credentials were not accepted (${code}: ${message}).`,
      whenUnreachable(trouble) ?? {
        todo: `Give the job credentials that are valid, or give \`${side}-role\`.`,
      },
      error,
    );
  }
}

function noCredentials(side: Side, message: string, cause: unknown): FatalError {
  return new FatalError(
    `There are no credentials for the ${side}: \`${side}-role\` is empty and the job has none of its own (${message}).`,
    {
      todo: `Give \`${side}-role\` (the ARN of a role that trusts the job's OIDC provider), or give the job AWS credentials, on GitHub with aws-actions/configure-aws-credentials before this step.`,
    },
    cause,
  );
}
