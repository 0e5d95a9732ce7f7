/** Routes and rules with nothing special about them. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Location } from '../../src/model/objects.ts';
import type { Bucket } from '../../src/s3/bucket.ts';
import { FileJournal } from '../../src/s3/journal.ts';
import type { Wanted } from '../../src/s3/replication/rule.ts';
import type { CopyRoute } from '../../src/s3/route.ts';

/** By which metadata and tags go along. */
export function plainRoute(
  from: Bucket,
  to: Bucket,
  parts: CopyRoute['parts'],
): CopyRoute & { readonly journal: FileJournal } {
  return {
    from,
    to,
    deletions: to,
    preserve: new Set(['metadata', 'tags']),
    storageClass: undefined,
    encryption: undefined,
    kmsKey: undefined,
    acl: undefined,
    grantsTo: undefined,
    neverOverwrite: false,
    partSize: 'auto',
    parts,
    journal: new FileJournal(join(mkdtempSync(join(tmpdir(), 'journal-')), 'uploads.ndjson')),
  };
}

export function plainRule(destination: Location): Wanted {
  return {
    destination,
    partition: 'aws',
    account: undefined,
    ownerOverride: false,
    storageClass: undefined,
    kmsKey: undefined,
    deleteMarkers: false,
    timeControl: false,
    metrics: false,
  };
}
