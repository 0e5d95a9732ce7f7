/** `aws`, `rclone` and `s5cmd`, each as its users set it up, led to a server by its variables. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { need } from './programs.ts';
import { run } from './run.ts';

export type Environment = Readonly<Record<string, string>>;
export type Client = (...args: string[]) => Promise<string>;

/** Empty but for the settings that make thousands of small files bearable. */
const home = mkdtempSync(join(tmpdir(), 'real-home-'));
const awsConfig = join(home, 'aws-config');
writeFileSync(awsConfig, '[default]\ns3 =\n  max_concurrent_requests = 32\n  max_queue_size = 10000\n');

export function aws(environment: Environment): Client {
  const program = need('aws');
  const settings = { HOME: home, AWS_CONFIG_FILE: awsConfig, AWS_PAGER: '', ...environment };
  return (...args) => run(program, args, { environment: settings });
}

/** The remote is called `lab:`. */
export function rclone(environment: Environment, provider: 'AWS' | 'Other'): Client {
  const program = need('rclone');
  const settings = {
    HOME: home,
    RCLONE_CONFIG_LAB_TYPE: 's3',
    RCLONE_CONFIG_LAB_PROVIDER: provider,
    RCLONE_CONFIG_LAB_ENDPOINT: environment.AWS_ENDPOINT_URL ?? '',
    RCLONE_CONFIG_LAB_REGION: environment.AWS_REGION ?? '',
    RCLONE_CONFIG_LAB_LOCATION_CONSTRAINT: environment.AWS_REGION ?? '',
    // What it does for AWS by itself needs HTTPS.
    RCLONE_CONFIG_LAB_USE_UNSIGNED_PAYLOAD: 'true',
    RCLONE_CONFIG_LAB_ACCESS_KEY_ID: environment.AWS_ACCESS_KEY_ID ?? '',
    RCLONE_CONFIG_LAB_SECRET_ACCESS_KEY: environment.AWS_SECRET_ACCESS_KEY ?? '',
  };
  return (...args) => run(program, args, { environment: settings });
}

export function s5cmd(environment: Environment): Client {
  const program = need('s5cmd');
  const settings = { HOME: home, S3_ENDPOINT_URL: environment.AWS_ENDPOINT_URL ?? '', ...environment };
  return (...args) => run(program, args, { environment: settings });
}
