/** A stage whose runs leave the copying to a service, in a lab of its own: faults of a control plane strike whoever asks it. */
import { rm } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import type { Aim, Effect } from '../../lab/faults.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { type Inputs, type Performance, type Stage, setStage } from './stage.ts';

export interface ServiceStage extends Stage {
  readonly lab: Lab;
  readonly work: Bucket;
  /** Arms a fault for requests to the service, and for what it does, by name. */
  trouble(aim: Pick<Aim, 'operation' | 'key' | 'skip' | 'times'>, effect: Effect): () => void;
}

/** What a service needs: the name of its bucket for manifests and reports, and inputs that every run is given. */
export interface Furniture {
  readonly work: string;
  readonly inputs: Inputs;
}

/**
 * @param furnish puts into the lab what the service needs
 * @returns the stage, and what `furnish` returned
 */
export async function serviceStage<F extends Furniture>(
  t: Pick<TestContext, 'after'>,
  options: TwoAccountsOptions,
  furnish: (lab: Lab, stage: Stage) => F,
): Promise<[stage: ServiceStage, furniture: F]> {
  const lab = await startLab();
  const stage = setStage(lab, options);
  const furniture = furnish(lab, stage);
  const workspaces: string[] = [];
  t.after(async () => {
    await lab.close();
    await Promise.all(workspaces.map(folder => rm(folder, { recursive: true, force: true })));
  });
  const given: Inputs = { 'work-location': `s3://${furniture.work}/sync`, ...furniture.inputs };
  const start: Stage['start'] = async (inputs = {}, how = {}): Promise<Performance> => {
    const step = await stage.start({ ...given, ...inputs }, how);
    workspaces.push(step.workspace);
    return step;
  };
  return [
    {
      ...stage,
      work: lab.s3.bucket(furniture.work),
      start,
      run: (inputs, how) => stage.run({ ...given, ...inputs }, how),
      trouble: (aim, effect) => lab.faults.add({ ...aim, ...effect }),
    },
    furniture,
  ];
}
