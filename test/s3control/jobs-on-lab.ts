/** Jobs in a lab, as the action's own client sees them. */
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createRequestHandler } from '../../src/aws/endpoint.ts';
import type { Identity } from '../../src/aws/identity.ts';
import { Jobs, type Wish } from '../../src/s3control/jobs.ts';
import { S3ControlService } from '../../src/s3control/service.ts';
import { encoded, type Scene, scene } from '../lab/batch-lab.ts';

export interface JobsOnLab extends Scene {
  readonly jobs: Jobs;
  /** How often each request was sent, and repeated. */
  readonly counts: Readonly<Record<string, number>>;
  /** A job that copies all of the source. */
  wish(differently?: Partial<Wish>): Wish;
}

export async function jobsOnLab(t: TestContext, aborting = new AbortController().signal): Promise<JobsOnLab> {
  const s = await scene(t);
  const environment = s.lab.environment();
  process.env.AWS_ENDPOINT_URL = environment.AWS_ENDPOINT_URL;
  const key = s.world.destination.admin;
  const identity: Identity = {
    side: 'destination',
    how: 'ambient',
    account: s.AccountId,
    arn: key.caller.arn,
    principal: key.caller.arn,
    partition: 'aws',
    credentials: async () => key,
    renew: async () => {},
  };
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const requestHandler = createRequestHandler(environment, 8);
  const service = new S3ControlService({ identity, requestHandler, aborting, count }, environment);
  return {
    ...s,
    jobs: new Jobs(service, { region: s.world.destination.region, account: s.AccountId }),
    counts,
    wish: differently => ({
      ClientRequestToken: randomUUID(),
      ConfirmationRequired: false,
      Operation: { S3PutObjectCopy: { TargetResource: s.destination.arn } },
      Manifest: s.manifest(s.source.keys().map(name => `${s.source.name},${encoded(name)}`)),
      Report: { Enabled: false },
      Priority: 10,
      RoleArn: s.role,
      ...differently,
    }),
  };
}
