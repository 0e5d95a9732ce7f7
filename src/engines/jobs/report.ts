/** The completion report of a job, read from where the job has written it. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { troubleOf } from '../../aws/trouble.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { download } from '../../s3/download.ts';
import { list } from '../../s3/list.ts';
import { filesIn, REPORT_INDEX, reportFolder, resultsIn, type TaskResult } from '../../s3control/report.ts';
import { Tellings } from '../fold.ts';
import { atWork } from '../work.ts';
import { type JobEngineOptions, REPORTS } from './options.ts';

/**
 * @param scratch a folder to sort in
 * @returns what it says of the objects of the source; `undefined` when there is no report
 */
export async function readReport(
  id: string,
  scratch: string,
  { work, source }: Pick<JobEngineOptions, 'work' | 'source'>,
): Promise<Tellings<TaskResult> | undefined> {
  return atWork('Reading the report in', work, async () => {
    const folder = work.below(`${REPORTS}/${reportFolder(id)}`);
    const files = await findFiles(folder);
    if (files === undefined) return undefined;
    const { bucket, prefix } = source.location;
    const tellings = new Tellings<TaskResult>(scratch, ({ succeeded }) => (succeeded ? 1 : 0));
    await mkdir(scratch, { recursive: true });
    // To the disk first: what broke off in the middle must not be told twice.
    const path = join(scratch, 'results.csv');
    for (const file of files) {
      await downloadNamed(file.key, [work.at(''), work.below(`${REPORTS}/`), folder], path);
      for await (const result of resultsIn(file, createReadStream(path))) {
        if (result.bucket === bucket && result.key.startsWith(prefix))
          await tellings.add(result.key.slice(prefix.length), result);
      }
    }
    return tellings;
  });
}

/** AWS does not say from where on the index names files: from the first of the places that has it. */
async function downloadNamed(
  key: string,
  [place, ...others]: readonly [Bucket, ...Bucket[]],
  path: string,
): Promise<void> {
  try {
    await download(place, key, content => pipeline(content, createWriteStream(path)));
  } catch (error) {
    const [next, ...more] = others;
    if (next === undefined || troubleOf(error).kind !== 'absent') throw error;
    await downloadNamed(key, [next, ...more], path);
  }
}

/** Wherever below the folder of the job they are named. */
async function findFiles(folder: Bucket): Promise<ReturnType<typeof filesIn>> {
  for await (const page of list(folder)) {
    for (const { key } of page) {
      if (key !== REPORT_INDEX && !key.endsWith(`/${REPORT_INDEX}`)) continue;
      const files = filesIn(await download(folder, key, text));
      if (files !== undefined) return files;
    }
  }
  return undefined;
}
