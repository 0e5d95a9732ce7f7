/**
 * What stands in the lists of a task report.
 * Source: DataSync User Guide, task-reports. Documented are the members of transferred lists, and of the others that they
 * hold a path, a time, a reason, checksums and whether it went well; the names of these are the lab's.
 */
import type { TaskReportConfig } from '@aws-sdk/client-datasync';
import type { StoredObject } from '../s3/index.ts';
import type { Reason } from './errors.ts';
import type { Execution, Settings } from './world.ts';

/** What became of one item in one of the phases; with a reason when it did not go well. */
interface Finding {
  readonly path: string;
  readonly at: Date;
  readonly reason?: Reason;
}

export interface Findings {
  readonly transferred: (Finding & {
    readonly object: StoredObject | undefined;
    readonly overwrite: boolean;
    readonly versionId?: string | undefined;
  })[];
  /** `why` is what makes skipping right. */
  readonly skipped: (Finding & { readonly why?: string })[];
  readonly verified: (Finding & {
    readonly source?: StoredObject;
    readonly destination?: StoredObject | undefined;
  })[];
  readonly deleted: Finding[];
}

export const noFindings = (): Findings => ({ transferred: [], skipped: [], verified: [], deleted: [] });

export const LISTS = ['Transferred', 'Skipped', 'Verified', 'Deleted'] as const;
type List = (typeof LISTS)[number];

/** The rows of a list that the report's level lets through. */
export function rowsOf(
  list: List,
  execution: Execution,
  findings: Findings,
): readonly Record<string, unknown>[] {
  const { settings, task } = execution;
  const enhanced = task.mode === 'ENHANCED';
  const all = settings.report && levelOf(settings.report, list) === 'SUCCESSES_AND_ERRORS';
  const wanted = <T extends Finding>(some: readonly T[]): readonly T[] =>
    some.filter(({ reason }) => all || reason);
  const row = ({ path, at, reason }: Finding, verb: string, members: object) => ({
    RelativePath: enhanced ? path : `/${path}`,
    ...members,
    [`${verb}Timestamp`]: at,
    [`${verb}Status`]: reason ? 'FAILED' : 'SUCCESS',
    ...(reason &&
      (enhanced
        ? { ErrorCode: reason.code, ErrorDetail: reason.message }
        : { FailureReason: reason.message, FailureCode: BASIC_FAILURE })),
  });
  switch (list) {
    case 'Transferred':
      return wanted(findings.transferred).map(one =>
        row(one, 'Transfer', {
          ...(enhanced
            ? { SourceMetadata: enhancedMetadata(one.object) }
            : { SrcMetadata: basicMetadata(one.object) }),
          Overwrite: one.overwrite ? 'True' : 'False',
          ...versionOf(one.versionId, settings),
          TransferType: 'CONTENT_AND_METADATA',
        }),
      );
    case 'Skipped':
      return wanted(findings.skipped).map(one =>
        row(one, 'Skip', { ...(one.why && { SkipReason: one.why }) }),
      );
    case 'Verified':
      return wanted(findings.verified).map(one =>
        row(one, 'Verify', {
          SourceChecksum: one.source?.content.checksum('SHA256'),
          DestinationChecksum: one.destination?.content.checksum('SHA256'),
        }),
      );
    case 'Deleted':
      return wanted(findings.deleted).map(one => row(one, 'Delete', {}));
  }
}

/** Basic mode gives numbers; this one stands in the User Guide's example. */
const BASIC_FAILURE = 40974;

const levelOf = ({ ReportLevel, Overrides }: TaskReportConfig, list: List): string =>
  Overrides?.[list]?.ReportLevel ?? ReportLevel ?? 'ERRORS_ONLY';

const versionOf = (versionId: string | undefined, { report }: Settings) =>
  report?.ObjectVersionIds === 'INCLUDE' && versionId !== undefined && versionId !== 'null'
    ? { DstS3VersionId: versionId }
    : {};

const enhancedMetadata = (object: StoredObject | undefined) =>
  object && {
    Type: 'Object',
    ContentSize: object.content.size,
    LastModified: object.lastModified,
    SystemMetadata: {
      ContentType: object.headers['content-type'],
      ETag: `"${object.etag}"`,
      ServerSideEncryption: object.encryption.algorithm,
    },
    UserMetadata: object.metadata,
    Tags: [...object.tags].map(([Key, Value]) => ({ Key, Value })),
  };

const basicMetadata = (object: StoredObject | undefined) =>
  object && { Type: 'Regular', ContentSize: object.content.size, Mtime: object.lastModified };
