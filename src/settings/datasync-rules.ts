/**
 * What must hold of the other inputs where DataSync does the copying. What it cannot do is refused here, never left out
 * in silence. (DataSync User Guide, "Understanding how DataSync handles file and object metadata".)
 */
import type { Preserved, Settings } from '../model.ts';
import type { InputName } from './inputs.ts';
import { formatLocation, overlap } from './location.ts';
import { parseArn } from './names.ts';
import type { Rule } from './rules.ts';

/** What DataSync copies of an object besides its content. */
const KEPT: ReadonlySet<Preserved> = new Set<Preserved>(['metadata', 'tags']);

/** Broken only by runs whose engine is DataSync. */
function withDataSync(about: readonly InputName[], broken: Rule['broken']): Rule {
  return {
    about: ['engine', ...about],
    broken: settings => (settings.engine === 'datasync' ? broken(settings) : undefined),
  };
}

/** An input that DataSync has no counterpart for. */
function withoutCounterpart(
  name: InputName,
  chosen: (settings: Settings) => string | undefined,
  accepted: string,
): Rule {
  return withDataSync([name], settings => {
    const value = chosen(settings);
    return value === undefined
      ? undefined
      : `${name}: "${value}" cannot be kept by engine "datasync". Accepted: ${accepted}, or engine copy or stream.`;
  });
}

const BUCKET_ENCRYPTS = "no value, so that the destination bucket's default encryption holds";

export const DATASYNC_RULES: readonly Rule[] = [
  withDataSync(['work-location'], ({ workLocation }) =>
    workLocation === undefined
      ? 'work-location: is required with engine "datasync", for its manifests and reports. ' +
        'Accepted: s3://bucket/folder, a bucket of the source account in the Region of the destination.'
      : undefined,
  ),
  withDataSync(['datasync-role'], ({ dataSync }) =>
    dataSync.roleArn === undefined
      ? 'datasync-role: is required with engine "datasync". ' +
        'Accepted: the ARN of a role of the source account that DataSync may assume.'
      : undefined,
  ),
  withDataSync(['datasync-role', 'source-role'], ({ dataSync, source }) => {
    if (dataSync.roleArn === undefined || source.roleArn === undefined) return undefined;
    const [service, caller] = [parseArn(dataSync.roleArn).account, parseArn(source.roleArn).account];
    return service === caller
      ? undefined
      : `datasync-role: the role is in account ${service}, source-role in ${caller}. ` +
          'Accepted: a role of the source account, where DataSync works.';
  }),
  {
    about: ['engine', 'datasync-role', 'datasync-mode', 'datasync-keep', 'work-location'],
    broken({ engine, dataSync, workLocation }) {
      if (engine === 'datasync') return undefined;
      const given = [
        dataSync.roleArn !== undefined && 'datasync-role',
        dataSync.mode !== 'enhanced' && 'datasync-mode',
        !dataSync.keep && 'datasync-keep',
        workLocation !== undefined && 'work-location',
      ].filter(name => name !== false);
      return given.length === 0
        ? undefined
        : `${given.join(', ')}: has no meaning with engine "${engine}". Accepted: together with engine datasync.`;
    },
  },
  withDataSync(['work-location', 'source', 'destination'], ({ workLocation, source, destination }) => {
    if (workLocation === undefined) return undefined;
    const other = [source.location, destination.location].find(location => overlap(location, workLocation));
    return other === undefined
      ? undefined
      : `work-location: ${formatLocation(workLocation)} overlaps with ${formatLocation(other)}, whose objects are ` +
          'compared. Accepted: a place of which neither prefix begins with the other.';
  }),
  withDataSync(['preserve'], ({ preserve }) => {
    const lost = [...preserve].filter(one => !KEPT.has(one));
    return lost.length === 0
      ? undefined
      : `preserve: "${lost.join(', ')}" cannot be kept by engine "datasync". ` +
          'Accepted: metadata, tags, or engine copy or stream.';
  }),
  withDataSync(['preserve'], ({ preserve }) =>
    preserve.has('metadata')
      ? undefined
      : 'preserve: engine "datasync" always copies metadata. Accepted: metadata, or metadata and tags.',
  ),
  withoutCounterpart(
    'storage-class',
    ({ storageClass }) => (storageClass === 'REDUCED_REDUNDANCY' ? storageClass : undefined),
    'STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE',
  ),
  withoutCounterpart('encryption', ({ encryption }) => encryption, BUCKET_ENCRYPTS),
  withoutCounterpart('kms-key', ({ kmsKey }) => kmsKey, BUCKET_ENCRYPTS),
  withoutCounterpart('acl', ({ acl }) => acl, 'no value, with ACLs disabled at the destination'),
  withoutCounterpart('request-payer', ({ requestPayer }) => (requestPayer ? 'true' : undefined), 'false'),
];
