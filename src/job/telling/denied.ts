/** What to do about copies that were denied: the same look that a preflight takes, at the first of those objects. */
import { StoppedError } from '../../errors.ts';
import type { CheckResult, Fix } from '../../model/checks.ts';
import type { ObjectEntry } from '../../model/objects.ts';
import type { FailureGroup } from '../../model/outcome.ts';
import { tryReading } from '../../preflight/readable.ts';
import type { Scene } from '../../preflight/scene.ts';
import { tryWriting } from '../../preflight/writable.ts';
import { firstPage } from '../../s3/list.ts';
import { listingsFor } from '../../s3/versions.ts';
import { isMarker } from '../../sync/history.ts';

/** @returns `undefined` where that look could not be taken */
export async function adviceOnDenied({ examples }: FailureGroup, scene: Scene): Promise<Fix | undefined> {
  const { source, to, settings } = scene;
  const [example = ''] = examples;
  const key = example.slice(source.location.prefix.length);
  try {
    const object = await find(key, scene);
    if (object === undefined) return undefined;
    const refused = fixIn(await tryReading(scene, object));
    if (refused !== undefined || settings.mode !== 'sync') return refused;
    return fixIn(await tryWriting(scene, to.fullKey(key))) ?? ALLOWED_BY_NOW;
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    throw error;
  }
}

const ALLOWED_BY_NOW: Fix = {
  todo: 'By now the first of these objects can be read and written. Run again, and find out who changes policies meanwhile; if it fails again, compare the object with one that works: its owner, its tags, its KMS key.',
};

function fixIn({ verdict, fix }: CheckResult): Fix | undefined {
  return verdict === 'fail' ? fix : undefined;
}

/** As the listing has it, the newest version of a history; `undefined` when it is gone or cannot be listed. */
async function find(key: string, { source, settings }: Scene): Promise<ObjectEntry | undefined> {
  const page = await firstPage(source.below(key), listingsFor(settings).source).catch(() => []);
  const entry = page.find(one => one.key === '');
  const newest = entry?.history?.findLast(version => !isMarker(version)) ?? entry;
  return newest && { ...(newest as ObjectEntry), key };
}
