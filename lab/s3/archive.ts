/** Archived objects: which cannot be read, and how a restore makes them readable for a while. */
import { invalidArgument, malformedXml, S3Error } from './errors.ts';
import type { Restoration, StoredObject } from './object.ts';

export const STORAGE_CLASSES: readonly string[] = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
];

const HOURS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  GLACIER: { Expedited: 5 / 60, Standard: 5, Bulk: 12 },
  DEEP_ARCHIVE: { Standard: 12, Bulk: 48 },
  ARCHIVE_ACCESS: { Expedited: 5 / 60, Standard: 5, Bulk: 12 },
  DEEP_ARCHIVE_ACCESS: { Standard: 12, Bulk: 48 },
};

/** The archive an object lies in, whether or not a copy of it is restored. */
export const archiveOf = (object: StoredObject): string | undefined =>
  object.archiveTier ?? (HOURS[object.storageClass] ? object.storageClass : undefined);

/** Whether the bytes can be had now. */
export const isReadable = (object: StoredObject, now: Date): boolean =>
  archiveOf(object) === undefined || isRestored(object, now);

/** Throws `InvalidObjectState` when they cannot. Source: API Reference, GetObject errors. */
export function assertReadable(object: StoredObject, now: Date): void {
  if (isReadable(object, now)) return;
  throw new S3Error(
    403,
    'InvalidObjectState',
    "The operation is not valid for the object's storage class",
    object.archiveTier
      ? { StorageClass: object.storageClass, AccessTier: object.archiveTier }
      : { StorageClass: object.storageClass },
  );
}

function isRestored({ restoration }: StoredObject, now: Date): boolean {
  if (!restoration || restoration.readyAt > now) return false;
  return restoration.expiresAt === undefined || restoration.expiresAt > now;
}

/** What HEAD and the listings say about a restore: in progress, or readable until a date. */
export function restoreStatus(
  { restoration }: StoredObject,
  now: Date,
): { readonly ongoing: boolean; readonly expiresAt?: Date } | undefined {
  if (!restoration) return undefined;
  if (restoration.readyAt > now) return { ongoing: true };
  if (restoration.expiresAt === undefined || restoration.expiresAt <= now) return undefined;
  return { ongoing: false, expiresAt: restoration.expiresAt };
}

/**
 * The restore a request asks for, timed as the retrieval tiers are documented.
 * Copies of archived objects need a number of days, objects of Intelligent-Tiering must have none.
 * Source: User Guide, restoring-objects-retrieval-options; API Reference, S3InitiateRestoreObjectOperation.
 */
export function restorationOf(
  object: StoredObject,
  days: number | undefined,
  tier: string,
  now: Date,
): Restoration {
  const archive = archiveOf(object);
  if (archive === undefined) {
    throw new S3Error(
      403,
      'InvalidObjectState',
      "Restore is not allowed for the object's current storage class",
      { StorageClass: object.storageClass },
    );
  }
  if (object.archiveTier !== undefined && days !== undefined) {
    throw invalidArgument('Days must not be set for this object', 'Days', String(days));
  }
  if (object.archiveTier === undefined && days === undefined) throw malformedXml();
  if (restoreStatus(object, now)?.ongoing) {
    throw new S3Error(409, 'RestoreAlreadyInProgress', 'Object restore is already in progress');
  }
  const hours = HOURS[archive]?.[tier];
  if (hours === undefined) throw invalidArgument('Retrieval option is not supported', 'Tier', tier);
  const readyAt = isRestored(object, now) ? now : new Date(now.getTime() + hours * 3_600_000);
  return days === undefined ? { readyAt } : { readyAt, expiresAt: endOfDay(readyAt, days) };
}

/** Restored copies last until the midnight, UTC, that follows the days asked for. */
function endOfDay(from: Date, days: number): Date {
  const day = 86_400_000;
  return new Date((Math.floor(from.getTime() / day) + days + 1) * day);
}
