/**
 * The real programs that the lab and the action are tried with, and where they are: in a cache folder that `install.ts`
 * fills with pinned versions, else wherever `PATH` has them.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../scripts/on-path.ts';

export const VERSITYGW = 'v1.8.0';

const cache = join(homedir(), '.cache', 's3-cross-account-sync');
/** A Python environment of their own, so that nothing on the machine changes. */
export const pythonFolder = join(cache, 'python');
export const goFolder = join(cache, `versitygw-${VERSITYGW}`);

export type Program = 'aws' | 'rclone' | 's5cmd' | 'moto_server' | 'versitygw';
export const PROGRAMS: readonly Program[] = ['aws', 'rclone', 's5cmd', 'moto_server', 'versitygw'];

/** Path of the program; `undefined` where it could not be had. */
export function find(program: Program): string | undefined {
  return findProgram(program, [join(pythonFolder, 'bin'), goFolder]);
}

/** @throws when the program could not be had */
export function need(program: Program): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is missing. Run \`npm run real:install\`.`);
  return path;
}

/** Why a test cannot run, in the form that `node:test` takes. */
export function unless(program: Program): { readonly skip: string | false } {
  return { skip: find(program) === undefined && `${program} could not be had on this machine` };
}
