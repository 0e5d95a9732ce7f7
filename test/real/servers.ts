/** S3 servers that are not ours, started on loopback for one test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from './clients.ts';
import { need, type Program } from './programs.ts';

const KEY = { AWS_ACCESS_KEY_ID: 'tester', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };
const REGION = 'us-east-1';

export interface Foreign {
  readonly program: Program;
  /** Arguments and variables that start it. */
  command(port: number, folder: string): { args: readonly string[]; env?: Environment };
}

/** Written in Python; keeps everything in memory. */
export const moto: Foreign = {
  program: 'moto_server',
  command: port => ({ args: ['-H', '127.0.0.1', '-p', String(port)] }),
};

/** Written in Go; a gateway in front of a folder, with metadata in extended attributes. */
export const versitygw: Foreign = {
  program: 'versitygw',
  command: (port, folder) => ({
    args: ['--port', `127.0.0.1:${port}`, '--region', REGION, '--quiet', 'posix', folder],
    env: { ROOT_ACCESS_KEY: KEY.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: KEY.AWS_SECRET_ACCESS_KEY },
  }),
};

/** Written in Go; a server of its own that keeps objects with their metadata, hashed, in a folder. */
export const minio: Foreign = {
  program: 'minio',
  command: (port, folder) => ({
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, '--console-address', '127.0.0.1:0', folder],
    env: { MINIO_ROOT_USER: KEY.AWS_ACCESS_KEY_ID, MINIO_ROOT_PASSWORD: KEY.AWS_SECRET_ACCESS_KEY },
  }),
};

/** Starts the server until the test ends; the variables lead any client to it. */
export async function start(t: TestContext, { program, command }: Foreign): Promise<Environment> {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), `${program}-`))];
  const { args, env } = command(port, folder);
  const server = spawn(need(program), args, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  t.after(() => end(server));
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint);
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...KEY,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function answers(endpoint: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 250) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(250);
  }
  throw new Error(`Nothing answered at ${endpoint} within a minute.`);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise(resolve => server.once('exit', resolve));
  server.kill();
  await ended;
}
