/** Both sides can be listed by their own identity: without it neither plan nor proof can be had. */
import { listStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import { FatalError } from '../errors.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import type { Bucket } from '../s3/bucket.ts';
import { firstPage, list } from '../s3/list.ts';
import { type Listing, listingsFor } from '../s3/versions.ts';
import { uri } from '../sync/plan.ts';
import type { Check } from './scene.ts';
import { grant } from './scene.ts';

export const checkListable: Check = async ({ source, destination, settings }) => {
  const listings = listingsFor(settings);
  return Promise.all([
    checkSide('source', source, listings.source),
    checkSide('destination', destination, listings.destination),
  ]);
};

async function checkSide(side: Side, bucket: Bucket, listing: Listing): Promise<CheckResult> {
  const versions = listing !== list;
  const check = `${side}-listable`;
  const where = uri(bucket.location);
  try {
    const page = await firstPage(bucket, listing);
    const listed = versions ? `${where} can be listed with all versions.` : `${where} can be listed.`;
    const seen = page.length === 0 ? `${where} is empty.` : listed;
    return { check, verdict: 'pass', seen };
  } catch (error) {
    const { kind, code, message } = troubleOf(error);
    const why = error instanceof FatalError ? message : `${code}: ${message}`;
    const seen = `${where} could not be listed by ${bucket.identity.arn ?? 'the identity in use'} (${why}).`;
    if (kind !== 'denied') return { check, verdict: 'fail', seen };
    const statement = listStatement(bucket.location, bucket.identity.partition, versions);
    return { check, verdict: 'fail', seen, fix: grant(bucket.identity, bucket, statement, message) };
  }
}
