/**
 * The Query protocol, which STS and IAM speak: a form that names its action, and XML for an answer.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/programming.html
 */
import { AwsError, toXml } from './errors.ts';
import type { Caller, LabRequest, LabResponse, Service } from './kinds.ts';
import { queryPairs } from './percent.ts';

/** A service and the version of its API. */
export interface QueryApi {
  readonly namespace: string;
  readonly version: string;
}

export const STS_API: QueryApi = {
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  version: '2011-06-15',
};
export const IAM_API: QueryApi = {
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  version: '2010-05-08',
};

export type Parameters = ReadonlyMap<string, string>;
/** Resolves to the result as it stands in the answer. */
export type Operation = (
  parameters: Parameters,
  caller: Caller | undefined,
) => Promise<Record<string, unknown>>;

export function queryService(api: QueryApi, operations: Readonly<Record<string, Operation>>): Service {
  return {
    operation: request => ({ name: readParameters(request).get('Action') ?? 'Unknown' }),
    handle: async request => {
      const parameters = readParameters(request);
      const action = parameters.get('Action') ?? '';
      const operation = operations[action];
      if (!operation) {
        const message = `Could not find operation ${action} for version ${api.version}`;
        throw new AwsError(400, 'InvalidAction', message);
      }
      return answer(api, action, await operation(parameters, request.caller), request.id);
    },
  };
}

function answer(
  { namespace }: QueryApi,
  action: string,
  result: Record<string, unknown>,
  requestId: string,
): LabResponse {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: toXml({
      [`${action}Response`]: {
        '@_xmlns': namespace,
        [`${action}Result`]: result,
        ResponseMetadata: { RequestId: requestId },
      },
    }),
  };
}

/** The parameters of a call, from the body of a POST or the query of a GET. */
function readParameters(request: LabRequest): Parameters {
  return request.method === 'POST' ? new Map(queryPairs(request.body.toString('latin1'))) : request.query;
}

export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value !== undefined) return value;
  throw invalid(
    `1 validation error detected: Value null at '${memberName(name)}' failed to satisfy constraint: Member must not be null`,
  );
}

/** The members of a list: `Name.member.1`, `Name.member.2` and so on, each with what follows after its number. */
export function listOf(parameters: Parameters, name: string): Parameters[] {
  const members: Parameters[] = [];
  for (let number = 1; ; number++) {
    const prefix = `${name}.member.${number}`;
    const member = [...parameters].filter(([key]) => key === prefix || key.startsWith(`${prefix}.`));
    if (member.length === 0) return members;
    members.push(new Map(member.map(([key, value]) => [key.slice(prefix.length + 1), value])));
  }
}

/** The members of a list of texts. */
export function textsOf(parameters: Parameters, name: string): string[] {
  return listOf(parameters, name).map(member => member.get('') ?? '');
}

export function known(caller: Caller | undefined): Caller {
  if (!caller) {
    throw new AwsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  return caller;
}

export function constraint(member: string, value: string, rule: string): AwsError {
  return invalid(
    `1 validation error detected: Value '${value}' at '${memberName(member)}' failed to satisfy constraint: ${rule}`,
  );
}

export function invalid(message: string): AwsError {
  return new AwsError(400, 'ValidationError', message);
}

/** A parameter's name as messages have it. */
function memberName(parameter: string): string {
  return (parameter[0] ?? '').toLowerCase() + parameter.slice(1);
}
