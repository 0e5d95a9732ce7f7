/** One run of a program as a whole process, measured by GNU time: its start, its work and its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Measured {
  /** Seconds, user and system, all threads. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** Bytes of resident memory at the most. */
  readonly peak: number;
  /** Bytes of files in its folders at the most, looked at from time to time. */
  readonly disk: number;
  readonly output: string;
}

const LOOK_EVERY_MS = 250;

export const GNU_TIME = '/usr/bin/time';

/** @throws when the program fails, with the end of what it said */
export async function measure({ program, args, environment }: Command, mayFail = false): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const figures = join(folder, 'time');
  const child = spawn(GNU_TIME, ['--format', '%U %S %e %M', '--output', figures, program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Programs that print a line an object print a lot; the end says how it went.
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-4_000);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  let disk = 0;
  const looks = setInterval(async () => {
    disk = Math.max(disk, await sizeOf(folder));
  }, LOOK_EVERY_MS);
  try {
    const [code] = await once(child, 'close');
    if (code !== 0 && !mayFail)
      throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
    const lines = (await readFile(figures, 'utf8')).trim().split('\n');
    const [user = 0, system = 0, wall = 0, kilobytes = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
    return { cpu: user + system, wall, peak: kilobytes * 1024, disk, output };
  } finally {
    clearInterval(looks);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of what stays where it is for as long as it is looked at. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) =>
        stat(join(parentPath, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
