/** The objects on their way: read at the source, written at the destination, and deleted there where that is wanted. */
import type { StoredObject } from '../s3/index.ts';
import { count } from './counts.ts';
import { reasonOf } from './errors.ts';
import type { Item, Plan } from './prepare.ts';
import type { Run } from './run.ts';

/** What was read of each item that arrived. */
export type Carried = ReadonlyMap<Item, StoredObject | undefined>;

export async function transfer(run: Run, { toTransfer, toDelete }: Plan): Promise<Carried> {
  const carried = new Map<Item, StoredObject | undefined>();
  for (const item of toTransfer) {
    await run.step();
    await carry(run, item, carried);
  }
  for (const item of toDelete) {
    await run.step();
    await remove(run, item);
  }
  return carried;
}

async function carry(run: Run, item: Item, carried: Map<Item, StoredObject | undefined>): Promise<void> {
  const { execution, world, findings } = run;
  const { counts, task } = execution;
  let object: StoredObject | undefined;
  let overwrite = false;
  try {
    if (!item.virtual) {
      const key = task.destination.prefix + item.path;
      overwrite = world.s3.bucket(task.destination.bucket).get(key) !== undefined;
      const read = await run.source.read(task.source.prefix + item.path, item.versionId);
      object = read.object;
      const written = await run.destination.write(key, read.content, headersFor(run, object));
      counts.bytesTransferred += read.content.size;
      findings.transferred.push({
        ...item,
        at: world.now(),
        object,
        overwrite,
        versionId: written.versionId,
      });
    }
    count(counts, item, 'transferred');
    carried.set(item, object);
  } catch (error) {
    count(counts, item, 'failedToTransfer');
    findings.transferred.push({ ...item, at: world.now(), object, overwrite, reason: reasonOf(error) });
  }
}

/** System metadata that DataSync carries; all other is lost. Source: DataSync User Guide, metadata-copied. */
const CARRIED_HEADERS = ['content-disposition', 'content-encoding', 'content-language', 'content-type'];

function headersFor({ execution }: Run, object: StoredObject): Record<string, string> {
  const { settings, task } = execution;
  const storageClass = storageClassFor(task.destination.storageClass, object.content.size);
  const tags = settings.options.ObjectTags === 'PRESERVE' ? [...object.tags] : [];
  return {
    ...Object.fromEntries(Object.entries(object.headers).filter(([name]) => CARRIED_HEADERS.includes(name))),
    ...Object.fromEntries(
      Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
    ...(tags.length > 0 && { 'x-amz-tagging': new URLSearchParams(tags).toString() }),
    ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }),
  };
}

const KIB = 1024;

/** Objects too small for a class go to STANDARD. Source: DataSync User Guide, create-s3-location. */
const LEAST_BYTES: Readonly<Record<string, number>> = {
  STANDARD_IA: 128 * KIB,
  ONEZONE_IA: 128 * KIB,
  GLACIER_INSTANT_RETRIEVAL: 128 * KIB,
  GLACIER: 40 * KIB,
  DEEP_ARCHIVE: 40 * KIB,
};

/** S3's name for the class. */
function storageClassFor(wanted: string, bytes: number): string {
  if (bytes < (LEAST_BYTES[wanted] ?? 0)) return 'STANDARD';
  return wanted === 'GLACIER_INSTANT_RETRIEVAL' ? 'GLACIER_IR' : wanted;
}

async function remove({ execution, world, destination, findings }: Run, item: Item): Promise<void> {
  const { counts, task } = execution;
  try {
    await destination.ask('DeleteObject', task.destination.prefix + item.path);
    count(counts, item, 'deleted');
    findings.deleted.push({ ...item, at: world.now() });
  } catch (error) {
    count(counts, item, 'failedToDelete');
    findings.deleted.push({ ...item, at: world.now(), reason: reasonOf(error) });
  }
}
