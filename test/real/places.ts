/** Where the action is tried: two buckets, how their owners reach them, and what the action is told. */
import type { TestContext } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import { twoAccounts } from '../../lab/worlds.ts';
import { aws, type Client, type Environment } from './clients.ts';
import { type Foreign, start } from './servers.ts';

export interface Place {
  readonly source: Bucket;
  readonly destination: Bucket;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Environment;
}

export interface Bucket {
  readonly name: string;
  /** The command line of its owner. */
  readonly aws: Client;
}

/** Two accounts and a role in each, assumed with GitHub's token. */
export async function labPlace(t: TestContext): Promise<Place> {
  const lab = await startLab();
  t.after(() => lab.close());
  const { source, destination } = twoAccounts(lab);
  const owned = ({ bucket, admin, region }: typeof source): Bucket => ({
    name: bucket,
    aws: aws(lab.environment(admin, region)),
  });
  return {
    source: owned(source),
    destination: owned(destination),
    inputs: { 'source-role': source.role, 'destination-role': destination.role },
    environment: { ...lab.environment(), ...lab.github.environment() },
  };
}

/** One set of credentials that the job already has, and two buckets behind its endpoint. */
export async function foreignPlace(t: TestContext, server: Foreign): Promise<Place> {
  const environment = await start(t, server);
  const owner = aws(environment);
  for (const name of ['octo-source', 'octo-destination']) await owner('s3', 'mb', `s3://${name}`);
  return {
    source: { name: 'octo-source', aws: owner },
    destination: { name: 'octo-destination', aws: owner },
    inputs: {},
    environment,
  };
}
