/**
 * The settings as the report shows them: by input name, in words that the same inputs would accept again.
 */
import type { DeleteCap, Settings } from '../model/settings.ts';
import type { InputName } from './inputs.ts';
import { formatLocation } from './location.ts';

export type Echo = Partial<Record<InputName, string | number | boolean | readonly string[]>>;

/** Plain JSON; inputs without a value are left out. Sizes in bytes. Secrets are left out, too. */
export function echoSettings(settings: Settings): Echo {
  const { source, destination, filter, replication, report } = settings;
  const all: Record<InputName, Echo[InputName] | undefined> = {
    source: formatLocation(source.location),
    destination: formatLocation(destination.location),
    'source-role': source.roleArn,
    'destination-role': destination.roleArn,
    'copy-as': settings.copyAs,
    'source-region': source.region,
    'destination-region': destination.region,
    'source-account': source.account,
    'destination-account': destination.account,
    audience: settings.audience,
    'session-name': settings.sessionName,
    'session-duration': `${settings.sessionSeconds}s`,
    mode: settings.mode,
    engine: settings.engine,
    'max-cost': settings.maxCost,
    include: filter.include,
    exclude: filter.exclude,
    'min-size': filter.minSize,
    'max-size': filter.maxSize,
    'modified-after': filter.modifiedAfter?.toISOString(),
    'modified-before': filter.modifiedBefore?.toISOString(),
    compare: settings.compare,
    delete: settings.delete,
    'max-delete': deleteCap(settings.maxDelete),
    preserve: [...settings.preserve],
    'storage-class': settings.storageClass,
    encryption: settings.encryption,
    'kms-key': settings.kmsKey,
    acl: settings.acl,
    archived: settings.archived,
    'request-payer': settings.requestPayer,
    concurrency: settings.concurrency,
    'max-rate': settings.maxRate,
    'part-size': settings.partSize,
    verify: settings.verify,
    'time-limit': settings.timeLimitSeconds === undefined ? undefined : `${settings.timeLimitSeconds}s`,
    'work-location': settings.workLocation && formatLocation(settings.workLocation),
    'datasync-role': settings.dataSync.roleArn,
    'datasync-mode': settings.dataSync.mode,
    'datasync-keep': settings.dataSync.keep,
    'batch-role': settings.batch.roleArn,
    'batch-priority': settings.batch.priority,
    wait: settings.wait,
    'replication-role': replication.roleArn,
    'replication-rule': replication.rule,
    'replication-delete-markers': replication.deleteMarkers,
    'replication-time-control': replication.timeControl,
    'replication-metrics': replication.metrics,
    'replication-max-lag': `${replication.maxLagSeconds}s`,
    'enable-versioning': settings.enableVersioning,
    grant: settings.grant,
    report: report.folder,
    artifact: report.artifact ?? '',
    'artifact-retention-days': report.artifactRetentionDays,
    summary: report.summary,
    comment: report.comment,
    'github-token': undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function deleteCap(cap: DeleteCap): string | number {
  return 'count' in cap ? cap.count : `${cap.percent}%`;
}
