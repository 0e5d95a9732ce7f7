/**
 * What must hold of the other inputs where S3 Batch Operations does the copying: one CopyObject for each object, all with
 * the same settings. What it cannot do is refused here, never left out in silence. (S3 User Guide, "Copy objects".)
 */
import { targetFolder } from '../target-folder.ts';
import type { Rule } from './rule.ts';
import {
  keepsAlways,
  keepsOnly,
  needs,
  withEngine,
  withoutCounterpart,
  withoutReducedRedundancy,
  worksUnder,
} from './service-rules.ts';

const ENGINE = 'batch';

export const BATCH_RULES: readonly Rule[] = [
  needs(
    ENGINE,
    'work-location',
    ({ workLocation }) => workLocation !== undefined,
    'for its manifests and reports',
    's3://bucket/folder, a bucket of the destination account in the Region of the destination',
  ),
  ...worksUnder(ENGINE, 'batch-role', ({ batch }) => batch.roleArn, 'destination', 'S3 Batch Operations'),
  withEngine(ENGINE, ['source', 'destination'], ({ source, destination }) =>
    targetFolder(source.location.prefix, destination.location.prefix) === undefined
      ? `source, destination: engine "batch" keeps the whole key and can only put a folder before it, so that "${source.location.prefix}" cannot become "${destination.location.prefix}". ` +
        'Accepted: the same prefix on both sides, or at the destination a folder and then the prefix of the source, or engine copy, stream or datasync.'
      : undefined,
  ),
  keepsOnly(ENGINE, ['metadata', 'tags']),
  keepsAlways(ENGINE, ['metadata']),
  withEngine(ENGINE, ['compare'], ({ compare }) =>
    compare === 'missing'
      ? 'compare: "missing" never overwrites, which engine "batch" cannot promise: it copies onto whatever is there by then. ' +
        'Accepted: any other comparison, or engine copy or stream.'
      : undefined,
  ),
  withoutReducedRedundancy(ENGINE),
  withoutCounterpart(
    ENGINE,
    'encryption',
    ({ encryption }) => (encryption === 'aws:kms:dsse' ? encryption : undefined),
    'AES256, aws:kms',
  ),
];
