/**
 * The real programs that the lab and the action are tried with, and where they are: in a cache folder that `install.ts`
 * fills with pinned versions, else wherever `PATH` has them.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../scripts/on-path.ts';

/** Programs that go builds, by the modules they are in. */
export const GO_MODULES = {
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
  minio: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  act: 'github.com/nektos/act@v0.2.89',
} as const;

const cache = join(homedir(), '.cache', 's3-cross-account-sync');
/** A Python environment of their own, so that nothing on the machine changes. */
export const pythonFolder = join(cache, 'python');

export type GoProgram = keyof typeof GO_MODULES;
export type Program = 'aws' | 'rclone' | 's5cmd' | 'moto_server' | 'cfn-lint' | 'zizmor' | GoProgram;
export const PROGRAMS: readonly Program[] = [
  ...(['aws', 'rclone', 's5cmd', 'moto_server', 'cfn-lint', 'zizmor'] as const),
  ...(Object.keys(GO_MODULES) as GoProgram[]),
];

/** One for each version, so that another one is built anew. */
export function goFolder(program: GoProgram): string {
  const [, version] = GO_MODULES[program].split('@');
  return join(cache, `${program}-${version}`);
}

/** Path of the program; `undefined` where it could not be had. */
export function find(program: Program): string | undefined {
  const folder = program in GO_MODULES ? goFolder(program as GoProgram) : join(pythonFolder, 'bin');
  return findProgram(program, [folder]);
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
