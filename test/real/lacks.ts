/**
 * What a server cannot do that S3 can and the action uses: asked, not remembered, so that a passing test never claims
 * more than it shows. Policies are not asked about: the tests have one identity on such a server, its owner.
 */
import type { Bucket } from './places.ts';

/** Calls an operation of `s3api` on the bucket. */
type Call = (operation: string, ...options: string[]) => Promise<string>;

interface Ability {
  readonly what: string;
  /** Asks with an object called `probe` at hand. */
  readonly present: (call: Call, copy: Copy) => Promise<boolean>;
}

/** Copies `probe` to `copy`. */
type Copy = (...options: string[]) => Promise<string>;

const ANOTHER_ACCOUNT = '999999999999';
const OTHER_ETAG = '"d41d8cd98f00b204e9800998ecf8427f-2"';

/** In an order that leaves `probe` to those that follow. */
const ABILITIES: readonly Ability[] = [
  {
    what: 'refusing a wrong expected bucket owner',
    present: call => fails(call('head-bucket', '--expected-bucket-owner', ANOTHER_ACCOUNT)),
  },
  {
    what: 'refusing to copy what changed since it was listed (copy-source-if-match)',
    present: (_, copy) => fails(copy('--copy-source-if-match', OTHER_ETAG)),
  },
  {
    what: 'refusing to overwrite with a copy (if-none-match)',
    present: async (_, copy) => {
      await copy();
      return fails(copy('--if-none-match', '*'));
    },
  },
  {
    what: 'copying tags along with the object',
    present: async (call, copy) => {
      await call('put-object-tagging', '--key', 'probe', '--tagging', 'TagSet=[{Key=a,Value=b}]');
      await copy();
      return (await call('get-object-tagging', '--key', 'copy')).includes('"b"');
    },
  },
  { what: 'telling the default encryption', present: call => understands(call('get-bucket-encryption')) },
  {
    what: 'telling the ownership of objects',
    present: call => understands(call('get-bucket-ownership-controls')),
  },
  { what: 'telling who pays for requests', present: call => understands(call('get-bucket-request-payment')) },
  { what: 'CRC64NVME checksums', present: (_, copy) => works(copy('--checksum-algorithm', 'CRC64NVME')) },
  {
    what: 'refusing to delete what changed since it was listed (ETag in DeleteObjects)',
    present: async call => {
      const list = JSON.stringify({ Objects: [{ Key: 'probe', ETag: OTHER_ETAG }] });
      await call('delete-objects', '--delete', list).catch(() => {});
      return works(call('head-object', '--key', 'probe'));
    },
  },
];

/** Leaves the bucket as empty as it was. */
export async function lacksOf({ name, aws }: Bucket): Promise<string[]> {
  const call: Call = (operation, ...options) => aws('s3api', operation, '--bucket', name, ...options);
  const copy: Copy = (...options) =>
    call('copy-object', '--key', 'copy', '--copy-source', `${name}/probe`, ...options);

  const lacks: string[] = [];
  if (await fails(aws('sts', 'get-caller-identity'))) lacks.push('telling whose the credentials are (STS)');
  await call('put-object', '--key', 'probe');
  for (const { what, present } of ABILITIES) {
    if (!(await present(call, copy))) lacks.push(what);
  }
  await aws('s3', 'rm', '--recursive', '--quiet', `s3://${name}/`);
  return lacks;
}

function works(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}

/** That there is no such configuration is an answer too. */
function understands(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    error => /NotFound|NoSuch/.test(String(error)),
  );
}

async function fails(asked: Promise<unknown>): Promise<boolean> {
  return !(await works(asked));
}
