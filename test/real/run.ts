/** Other programs as functions: arguments in, standard output back, an error that says what they wrote. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  /** All that the program gets besides `PATH`: no credentials, endpoints or proxies of this machine. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly withinMinutes?: number;
}

interface Failure {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly killed?: boolean;
}

const MOST_OUTPUT = 256 * 1024 ** 2;

/** @throws with the last lines of what the program wrote, when it fails or takes too long */
export async function run(
  program: string,
  args: readonly string[],
  { environment = {}, withinMinutes = 10 }: RunOptions = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      env: { PATH: process.env.PATH, ...environment },
      maxBuffer: MOST_OUTPUT,
      timeout: withinMinutes * 60_000,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', killed } = error as Failure;
    const end = killed ? `took more than ${withinMinutes} minutes` : 'failed';
    const written = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
    // Without its cause, which would repeat all that was written.
    throw new Error(`${[program, ...args].join(' ')} ${end}:\n${written || error}`);
  }
}
