/** From the sorted plan to an execution under way: manifest, locations, task, start. */

import type { Equipment } from '../../datasync/equipment.ts';
import { start } from '../../datasync/execution.ts';
import { taskRegion } from '../../datasync/ground.ts';
import { manifestConfig, optionsOf, reportConfig } from '../../datasync/options.ts';
import { explain } from '../../datasync/trouble.ts';
import { upload } from '../../s3/upload.ts';
import { writeWhole } from '../../whole-file.ts';
import { type Load, manifestOf } from '../load.ts';
import { atWork } from '../work.ts';
import { lineBelow } from './load.ts';
import type { DataSyncEngineOptions, ExecutionNote } from './options.ts';

/**
 * @param manifest key below the work location
 * @returns the ARN of the execution
 * @throws FatalError with what to do about it; StoppedError
 */
export async function launch(
  load: Load,
  manifest: string,
  equipment: Equipment,
  options: DataSyncEngineOptions,
  draining: AbortSignal,
): Promise<string> {
  const { settings, rest, work } = options;
  await atWork('Writing the manifest to', work, () =>
    upload(work, {
      key: manifest,
      contentType: 'text/csv',
      bytes: load.manifestBytes,
      open: () => manifestOf(load, lineBelow(rest)),
    }),
  );
  const found = await equipment.find();
  const [source, destination] = await equipment.locations(found);
  const task = await equipment.task(source, destination, found, optionsOf(settings));
  await equipment.untilReady(task, draining);
  return begin(task, work.fullKey(manifest), equipment, options);
}

async function begin(
  task: string,
  manifest: string,
  equipment: Equipment,
  { settings, service, ground, note }: DataSyncEngineOptions,
): Promise<string> {
  await writeWhole(note, JSON.stringify({ task, manifest } satisfies ExecutionNote));
  try {
    return await start(service, taskRegion(ground), {
      TaskArn: task,
      OverrideOptions: optionsOf(settings),
      // A task that was found may have filters, which no manifest goes with.
      Includes: [],
      Excludes: [],
      ManifestConfig: manifestConfig(ground, manifest),
      TaskReportConfig: reportConfig(ground),
      Tags: equipment.tags,
    });
  } catch (error) {
    // It may have been started all the same: the note stays, and the post step looks.
    throw explain(`Starting the task ${task}`, error, ground);
  }
}
