/** The programs that are measured: where each is found, and how it is asked for the same work. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { findProgram } from '../scripts/on-path.ts';
import { type Command, measure } from './measure.ts';

/**
 * What is to be done with `s3://source` and `s3://destination`: print every key, copy into an empty bucket, find out that
 * there is nothing to copy.
 */
export type Work = 'list' | 'copy' | 'sync';

/** Copies in flight, for every program. */
export const CONCURRENCY = 256;

export interface Client {
  readonly name: string;
  readonly program: string | undefined;
  version(): Promise<string>;
  command(work: Work, endpoint: string): Command;
}

const HOUSE = join(import.meta.dirname, '..');

/** The action, as GitHub starts it. For `list` the room it lists with. */
export const ours = {
  name: 's3-cross-account-sync',
  program: process.execPath,
  version: async () => `${manifest('package.json').version}, Node ${process.version}`,
  command: (work: Work, endpoint: string, inputs: Readonly<Record<string, string>> = {}): Command => {
    const environment = surroundings(endpoint);
    return work === 'list'
      ? { program: process.execPath, args: [join(HOUSE, 'bench', 'list.ts'), 'source'], environment }
      : {
          program: process.execPath,
          args: [join(HOUSE, 'dist', 'index.js')],
          environment: { ...environment, ...asInputs(inputs) },
        };
  },
} satisfies Client;

const s5cmd: Client = {
  name: 's5cmd',
  program: findProgram('s5cmd'),
  version: () => firstLine(s5cmd, ['version']),
  command: (work, endpoint) => {
    const verbs = {
      list: ['ls', 's3://source/*'],
      copy: ['cp', 's3://source/*', 's3://destination/'],
      sync: ['sync', 's3://source/*', 's3://destination/'],
    };
    const environment = { ...surroundings(endpoint), S3_ENDPOINT_URL: endpoint };
    return {
      program: 's5cmd',
      args: ['--numworkers', String(CONCURRENCY), ...verbs[work]],
      environment,
    };
  },
};

const rclone: Client = {
  name: 'rclone',
  program: findProgram('rclone'),
  version: () => firstLine(rclone, ['version']),
  command: (work, endpoint) => {
    const many = [`--transfers=${CONCURRENCY}`, `--checkers=${CONCURRENCY}`];
    const verbs = {
      list: ['lsf', 's3:source'],
      copy: ['copy', 's3:source', 's3:destination', ...many],
      sync: ['copy', 's3:source', 's3:destination', '--size-only', ...many],
    };
    const environment = {
      ...surroundings(endpoint),
      // Above it, by default a million, newer versions sort on disk and then ask for every object by HeadObject.
      RCLONE_LIST_CUTOFF: '10000000',
      RCLONE_CONFIG_S3_TYPE: 's3',
      // Told that it is AWS, older versions insist on bucket.host names, which this server has none of.
      RCLONE_CONFIG_S3_PROVIDER: 'Minio',
      RCLONE_CONFIG_S3_ENV_AUTH: 'true',
      RCLONE_CONFIG_S3_REGION: 'us-east-1',
      RCLONE_CONFIG_S3_ENDPOINT: endpoint,
    };
    return { program: 'rclone', args: verbs[work], environment };
  },
};

const aws: Client = {
  name: 'aws',
  program: findProgram('aws'),
  version: () => firstLine(aws, ['--version']),
  command: (work, endpoint) => {
    const sync = ['s3', 'sync', 's3://source', 's3://destination'];
    const verbs = { list: ['s3', 'ls', 's3://source/'], copy: sync, sync };
    const environment = { ...surroundings(endpoint), AWS_CONFIG_FILE: join(HOUSE, 'bench', 'aws.ini') };
    return { program: 'aws', args: verbs[work], environment };
  },
};

export const PEERS: readonly Client[] = [s5cmd, rclone, aws];

function surroundings(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIABENCHMARK0000000',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Spaces become underscores and letters capitals; hyphens stay. (GitHub Docs, "Metadata syntax", inputs.) */
function asInputs(given: Readonly<Record<string, string>>): Record<string, string> {
  const inputs = {
    ...defaults(),
    source: 's3://source/',
    destination: 's3://destination/',
    concurrency: String(CONCURRENCY),
    artifact: '',
    ...given,
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

function defaults(): Record<string, string> {
  const { inputs } = parse(readFileSync(join(HOUSE, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']));
}

function manifest(path: string): { version: string } {
  return JSON.parse(readFileSync(join(HOUSE, path), 'utf8'));
}

async function firstLine(client: Client, args: string[]): Promise<string> {
  const { output } = await measure({ program: client.name, args, environment: {} });
  return output.split('\n')[0] ?? '';
}
