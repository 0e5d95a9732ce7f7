/** Two buckets in the lab, as one user who may do everything sees them. */
import { startLab } from '../../lab/lab.ts';
import type { Identity } from '../../src/aws/identity.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { createNetwork, type Network } from '../../src/s3/network.ts';
import { allow } from '../lab/s3-lab.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

/** Leads where the process's environment says. */
export function networkOf(differently: Partial<Network> = {}): Network {
  const aborting = differently.aborting ?? new AbortController().signal;
  return { ...createNetwork({ environment: process.env, sockets: 64, aborting }), ...differently };
}

/** @param differently what of the network is not as usual */
export async function bucketsOnLab(differently: Partial<Network> = {}) {
  const lab = await startLab();
  lab.iam.accounts.add(ACCOUNT);
  const key = lab.iam.accounts.addUser(ACCOUNT, 'user', { all: allow('*', '*') });
  process.env.AWS_ENDPOINT_URL = lab.endpoint;
  const network = networkOf(differently);
  const identity: Identity = {
    side: 'source',
    how: 'ambient',
    account: ACCOUNT,
    arn: key.caller.arn,
    principal: key.caller.arn,
    partition: 'aws',
    credentials: async () => key,
    renew: async () => {},
  };
  const open = (bucket: string) => {
    const there = lab.s3.createBucket({ name: bucket, account: ACCOUNT, region: REGION });
    const location = { bucket, prefix: '' };
    const here = { location, region: REGION, owner: ACCOUNT, requestPayer: false, identity };
    return { there, here: new Bucket(here, network) };
  };
  return {
    lab,
    network,
    identity,
    source: open('source'),
    destination: open('destination'),
    close: async () => {
      delete process.env.AWS_ENDPOINT_URL;
      await lab.close();
    },
  };
}
