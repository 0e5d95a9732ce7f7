/** A lab for a client to try itself on, with a folder to work in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Lab, startLab } from '../../lab/lab.ts';
import { type TwoAccounts, twoAccounts } from '../../lab/worlds.ts';
import type { Environment } from './clients.ts';

export interface OpenLab {
  readonly lab: Lab;
  readonly world: TwoAccounts;
  /** Leads a client to the lab as the source account's admin. */
  readonly environment: Environment;
  /** The source bucket, empty. */
  readonly bucket: string;
  readonly folder: string;
}

export async function openLab(t: TestContext): Promise<OpenLab> {
  const [lab, folder] = await Promise.all([startLab(), mkdtemp(join(tmpdir(), 'real-'))]);
  t.after(() => Promise.all([lab.close(), rm(folder, { recursive: true })]));
  const world = twoAccounts(lab);
  const { admin, region, bucket } = world.source;
  return { lab, world, environment: lab.environment(admin, region), bucket, folder };
}
