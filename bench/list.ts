/**
 * Lists a bucket with the product's own room and prints how many keys there are. The action never only lists, so what is
 * held against `s5cmd ls` and its like is a program of its own: `node bench/list.ts BUCKET`.
 */
import { Bucket } from '../src/s3/bucket.ts';
import { list } from '../src/s3/list.ts';
import { createNetwork } from '../src/s3/network.ts';

const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = process.env;
const KEYS = { accessKeyId, secretAccessKey };
const bucket = new Bucket(
  {
    location: { bucket: process.argv[2] ?? '', prefix: '' },
    region: 'us-east-1',
    owner: undefined,
    requestPayer: false,
    identity: {
      side: 'source',
      how: 'ambient',
      credentials: async () => KEYS,
      renew: async () => {},
      account: undefined,
      arn: undefined,
      principal: undefined,
      partition: 'aws',
    },
  },
  createNetwork({ environment: process.env, sockets: 64, aborting: new AbortController().signal }),
);

let keys = 0;
for await (const page of list(bucket)) keys += page.length;
console.log(keys);
process.exit();
