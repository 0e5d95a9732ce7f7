/** Which object answers to which, and what a faithful copy of one looks like. */
import type { StoredObject, Version } from '../lab/s3/index.ts';
import { seen } from '../test/e2e/stage.ts';
import type { Scene } from './scene.ts';

/** The key of the source that a key of the destination answers to; `undefined` outside of the prefix. */
export function sourceKeyOf({ schedule }: Scene, key: string): string | undefined {
  const { source, destination } = schedule.settings.prefixes;
  return key.startsWith(destination) ? source + key.slice(destination.length) : undefined;
}

/** The key of the destination that a key of the source, below its prefix, answers to. */
export function destinationKeyOf({ schedule }: Scene, key: string): string {
  const { source, destination } = schedule.settings.prefixes;
  return destination + key.slice(source.length);
}

/** Whether one object is what a faithful copy of another looks like, by what `preserve` names. */
export function isCopy(
  { inputs }: Scene,
  of: StoredObject | undefined,
  copy: StoredObject | undefined,
): boolean {
  const preserve = (inputs.preserve ?? '').split(', ');
  const sight = (object: StoredObject | undefined) => {
    const all = seen(object);
    if (all === undefined || object === undefined) return undefined;
    const { tags, metadata, headers, ...bytes } = all;
    return JSON.stringify({
      ...bytes,
      ...(preserve.includes('metadata') && { metadata, headers }),
      ...(preserve.includes('tags') && { tags }),
      ...(preserve.includes('storage-class') && { storageClass: object.storageClass }),
      ...(preserve.includes('checksum') && { checksum: object.checksum?.value }),
    });
  };
  return sight(of) === sight(copy);
}

export function told(version: Version | undefined): string {
  if (version === undefined) return 'nothing';
  if (version.kind === 'marker') return 'a delete marker';
  const { content, metadata, tags, etag } = version;
  return `${content.size} bytes ${etag} (metadata ${metadata.state}, tags ${tags.get('state')})`;
}
