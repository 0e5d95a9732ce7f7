/** A bucket in each of two accounts, each as a user of its own account sees it who may do nothing in the other. */
import { startLab } from '../../lab/lab.ts';
import type { Identity } from '../../src/aws/identity.ts';
import type { ObjectEntry, Side } from '../../src/model/objects.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { headEntry } from '../../src/s3/head.ts';
import type { Network } from '../../src/s3/network.ts';
import { Places } from '../../src/sync/places.ts';
import { allow } from '../lab/s3-lab.ts';
import { networkOf } from './on-lab.ts';
import { plainRoute } from './plain.ts';

const REGION = 'eu-west-1';
const ACCOUNTS: Readonly<Record<Side, string>> = { source: '111122223333', destination: '444455556666' };

/** @param differently what of the network is not as usual */
export async function twoSides(differently: Partial<Network> = {}) {
  const lab = await startLab();
  process.env.AWS_ENDPOINT_URL = lab.endpoint;
  const network = networkOf(differently);
  /** Sides whose credentials were renewed. */
  const renewed: Side[] = [];
  const open = (side: Side) => {
    const account = ACCOUNTS[side];
    lab.iam.accounts.add(account);
    const key = lab.iam.accounts.addUser(account, 'user', { all: allow('*', '*') });
    const identity: Identity = {
      side,
      how: 'ambient',
      account,
      arn: key.caller.arn,
      principal: key.caller.arn,
      partition: 'aws',
      credentials: async () => key,
      renew: async () => {
        renewed.push(side);
      },
    };
    const there = lab.s3.createBucket({ name: side, account, region: REGION });
    const location = { bucket: side, prefix: '' };
    const here = new Bucket(
      { location, region: REGION, owner: account, requestPayer: false, identity },
      network,
    );
    return { there, here, arn: key.caller.arn };
  };
  const [source, destination] = [open('source'), open('destination')];
  const places = new Places(4);
  const route = plainRoute(source.here, destination.here, places.large);
  return {
    lab,
    network,
    renewed,
    source,
    destination,
    places,
    route,
    /** An object of the source as a listing shows it now. */
    listed: (key: string): Promise<ObjectEntry> => headEntry(source.here, key),
    close: async () => {
      delete process.env.AWS_ENDPOINT_URL;
      await lab.close();
    },
  };
}
