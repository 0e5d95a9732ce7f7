/** S3's control plane, which jobs of S3 Batch Operations are made in. */
import {
  S3ControlClient,
  type S3ControlClientConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3-control';
import { hasCustomEndpoint } from '../aws/endpoint.ts';
import { type Ask as AskOf, type ClientConfig, Service, type ServiceOptions } from '../aws/service.ts';

interface S3Control {
  readonly input: ServiceInputTypes;
  readonly output: ServiceOutputTypes;
  readonly config: S3ControlClient['config'];
}

export type Ask = AskOf<S3Control>;

export class S3ControlService extends Service<S3Control> {
  constructor(options: ServiceOptions, environment: NodeJS.ProcessEnv) {
    super('s3control', config => makeClient(config, environment), options);
  }
}

function makeClient(config: S3ControlClientConfig & ClientConfig, environment: NodeJS.ProcessEnv) {
  const client = new S3ControlClient(config);
  if (!hasCustomEndpoint(environment, 'S3_CONTROL')) return client;
  // The account goes before the host, which an address of numbers does not allow; it is in a header, too.
  const byRules = client.config.endpointProvider;
  client.config.endpointProvider = (parameters, context) =>
    byRules({ ...parameters, RequiresAccountId: false }, context);
  return client;
}
