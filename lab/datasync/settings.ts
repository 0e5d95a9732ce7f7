/** What a task is told to do: the service's defaults, and what contradicts itself or its mode. */
import type {
  FilterRule,
  ManifestConfig,
  Options,
  TaskMode,
  TaskReportConfig,
} from '@aws-sdk/client-datasync';
import { AwsError } from '../errors.ts';
import { invalidRequest } from './errors.ts';
import { patternsOf } from './filters.ts';
import type { Location, Settings } from './world.ts';

export interface Wishes {
  readonly Options?: Options | undefined;
  readonly Includes?: FilterRule[] | undefined;
  readonly Excludes?: FilterRule[] | undefined;
  readonly ManifestConfig?: ManifestConfig | undefined;
  readonly TaskReportConfig?: TaskReportConfig | undefined;
}

/** Source: DataSync API model, Options. What is for files stays off between buckets. */
const defaults = (mode: TaskMode): Options => ({
  VerifyMode: mode === 'ENHANCED' ? 'ONLY_FILES_TRANSFERRED' : 'POINT_IN_TIME_CONSISTENT',
  OverwriteMode: 'ALWAYS',
  Atime: 'BEST_EFFORT',
  Mtime: 'PRESERVE',
  Uid: 'NONE',
  Gid: 'NONE',
  PreserveDeletedFiles: 'PRESERVE',
  PreserveDevices: 'NONE',
  PosixPermissions: 'NONE',
  BytesPerSecond: -1,
  TaskQueueing: 'ENABLED',
  LogLevel: 'OFF',
  TransferMode: 'CHANGED',
  SecurityDescriptorCopyFlags: 'NONE',
  ObjectTags: 'PRESERVE',
});

/** The settings that come of the wishes, each of which leaves what was before where it says nothing. */
export function settingsFor(
  mode: TaskMode,
  destination: Location,
  { Options, Includes, Excludes, ManifestConfig, TaskReportConfig }: Wishes,
  before?: Settings,
): Settings {
  const settings = {
    options: { ...(before?.options ?? defaults(mode)), ...Options },
    includes: Includes ?? before?.includes ?? [],
    excludes: Excludes ?? before?.excludes ?? [],
    manifest: unlessEmpty(ManifestConfig ?? before?.manifest),
    report: unlessEmpty(TaskReportConfig ?? before?.report),
  };
  assertOptions(settings.options, mode, destination);
  assertFilters(settings);
  assertManifest(settings);
  assertReport(settings);
  return settings;
}

/** Source: DataSync API model, StartTaskExecutionRequest.ManifestConfig: an empty one removes it. */
const unlessEmpty = <T extends object>(config: T | undefined): T | undefined =>
  config && Object.keys(config).length > 0 ? config : undefined;

/** Source: DataSync API model, Options; DataSync User Guide, choosing-task-mode and troubleshooting-tasks. */
function assertOptions(options: Options, mode: TaskMode, { storageClass }: Location): void {
  const { Atime, Mtime, TransferMode, PreserveDeletedFiles, VerifyMode, BytesPerSecond } = options;
  for (const name of [
    'PosixPermissions',
    'Uid',
    'Gid',
    'PreserveDevices',
    'SecurityDescriptorCopyFlags',
  ] as const) {
    if (options[name] !== 'NONE')
      throw invalidOption(name, options[name], 'invalid for non-POSIX transfer. please use NONE.');
  }
  if (TransferMode === 'ALL' && PreserveDeletedFiles === 'REMOVE')
    throw invalidOption('TransferMode,PreserveDeletedFiles', 'ALL,REMOVE');
  if (mode === 'BASIC') {
    if ((Atime === 'NONE') !== (Mtime === 'NONE')) throw invalidOption('Atime,Mtime', `${Atime},${Mtime}`);
    if (VerifyMode === 'POINT_IN_TIME_CONSISTENT' && /^(GLACIER|DEEP_ARCHIVE)$/.test(storageClass))
      throw invalidOption('VerifyMode', VerifyMode, `invalid for storage class ${storageClass}.`);
    return;
  }
  const unsupported = 'invalid for Enhanced mode.';
  if (VerifyMode === 'POINT_IN_TIME_CONSISTENT') throw invalidOption('VerifyMode', VerifyMode, unsupported);
  if (Mtime === 'NONE') throw invalidOption('Mtime', Mtime, unsupported);
  if (BytesPerSecond !== -1) throw invalidOption('BytesPerSecond', BytesPerSecond, unsupported);
}

const invalidOption = (option: string, value: unknown, why?: string): AwsError =>
  invalidRequest(`Invalid SyncOption value. Option: ${option}, Value: ${value}${why ? ` ${why}` : '.'}`);

/** Source: DataSync User Guide, filtering. */
function assertFilters({ includes }: Settings): void {
  const misplaced = patternsOf(includes).find(pattern => /(?<!\\)\*./.test(pattern));
  if (misplaced === undefined) return;
  throw invalidRequest(
    `Invalid filter. Include pattern ${misplaced} can have a wildcard only as its last character.`,
  );
}

/** Source: DataSync User Guide, transferring-with-manifest; DataSync API model, ManifestConfig.Source. */
function assertManifest({ manifest, includes, excludes, options }: Settings): void {
  if (!manifest) return;
  if (!manifest.Source) {
    throw new AwsError(
      400,
      'ValidationException',
      'Missing IAM role for DataSync to access the S3 bucket of the manifest.',
    );
  }
  if (includes.length > 0 || excludes.length > 0)
    throw invalidRequest('Invalid parameter: a manifest cannot be used together with filters.');
  if (options.PreserveDeletedFiles === 'REMOVE')
    throw invalidRequest('Invalid parameter: a manifest cannot be used with PreserveDeletedFiles REMOVE.');
}

function assertReport({ report }: Settings): void {
  if (!report || (report.Destination?.S3 && report.OutputType)) return;
  throw invalidRequest('Invalid parameter: TaskReportConfig needs a Destination and an OutputType.');
}
