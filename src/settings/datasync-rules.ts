/**
 * What must hold of the other inputs where DataSync does the copying. What it cannot do is refused here, never left out
 * in silence. (DataSync User Guide, "Understanding how DataSync handles file and object metadata".)
 */
import type { Settings } from '../model/settings.ts';
import type { InputName } from './inputs.ts';
import type { Rule } from './rule.ts';
import {
  keepsAlways,
  keepsOnly,
  needs,
  withoutCounterpart,
  withoutReducedRedundancy,
  worksUnder,
} from './service-rules.ts';

const ENGINE = 'datasync';
const BUCKET_ENCRYPTS = "no value, so that the destination bucket's default encryption holds";

function without(
  name: InputName,
  chosen: (settings: Settings) => string | undefined,
  accepted: string,
): Rule {
  return withoutCounterpart(ENGINE, name, chosen, accepted);
}

export const DATASYNC_RULES: readonly Rule[] = [
  needs(
    ENGINE,
    'work-location',
    ({ workLocation }) => workLocation !== undefined,
    'for its manifests and reports',
    's3://bucket/folder, a bucket of the source account in the Region of the destination',
  ),
  ...worksUnder(ENGINE, 'datasync-role', ({ dataSync }) => dataSync.roleArn, 'source', 'DataSync'),
  keepsOnly(ENGINE, ['metadata', 'tags']),
  keepsAlways(ENGINE, ['metadata']),
  withoutReducedRedundancy(ENGINE),
  without('encryption', ({ encryption }) => encryption, BUCKET_ENCRYPTS),
  without('kms-key', ({ kmsKey }) => kmsKey, BUCKET_ENCRYPTS),
  without('acl', ({ acl }) => acl, 'no value, with ACLs disabled at the destination'),
  without('request-payer', ({ requestPayer }) => (requestPayer ? 'true' : undefined), 'false'),
];
