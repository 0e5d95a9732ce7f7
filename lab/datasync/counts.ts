/** What an execution has come upon and done, in files and in folders. */

const COUNTERS = [
  'listedAtSource',
  'listedAtDestination',
  'prepared',
  'toTransfer',
  'transferred',
  'verified',
  'skipped',
  'toDelete',
  'deleted',
  'failedToPrepare',
  'failedToTransfer',
  'failedToVerify',
  'failedToDelete',
] as const;

type Counter = (typeof COUNTERS)[number];
export type Kind = 'files' | 'folders';

export interface Counts extends Readonly<Record<Kind, Record<Counter, number>>> {
  bytesToTransfer: number;
  bytesTransferred: number;
}

export function count(counts: Counts, { kind }: { readonly kind: Kind }, counter: Counter): void {
  counts[kind][counter]++;
}

const zeros = () =>
  Object.fromEntries(COUNTERS.map(counter => [counter, 0])) as unknown as Record<Counter, number>;

export const noCounts = (): Counts => ({
  files: zeros(),
  folders: zeros(),
  bytesToTransfer: 0,
  bytesTransferred: 0,
});

/**
 * The counters as DescribeTaskExecution shows them: Basic mode counts folders among the files, Enhanced mode apart.
 * Source: DataSync API model, DescribeTaskExecutionResponse.
 */
export function describeCounts(counts: Counts, enhanced: boolean): Record<string, unknown> {
  const { files, folders } = counts;
  const count = (counter: Counter) => files[counter] + (enhanced ? 0 : folders[counter]);
  return {
    EstimatedFilesToTransfer: count('toTransfer'),
    EstimatedBytesToTransfer: counts.bytesToTransfer,
    FilesTransferred: count('transferred'),
    BytesWritten: counts.bytesTransferred,
    BytesTransferred: counts.bytesTransferred,
    BytesCompressed: counts.bytesTransferred,
    EstimatedFilesToDelete: count('toDelete'),
    FilesDeleted: count('deleted'),
    FilesSkipped: count('skipped'),
    FilesVerified: count('verified'),
    ...(enhanced && {
      FilesPrepared: files.prepared,
      FilesListed: listed(files),
      FilesFailed: failed(files),
      EstimatedFoldersToTransfer: folders.toTransfer,
      EstimatedFoldersToDelete: folders.toDelete,
      FoldersPrepared: folders.prepared,
      FoldersTransferred: folders.transferred,
      FoldersVerified: folders.verified,
      FoldersSkipped: folders.skipped,
      FoldersDeleted: folders.deleted,
      FoldersListed: listed(folders),
      FoldersFailed: { List: 0, ...failed(folders) },
    }),
  };
}

const listed = (counts: Record<Counter, number>) => ({
  AtSource: counts.listedAtSource,
  AtDestinationForDelete: counts.listedAtDestination,
});

const failed = (counts: Record<Counter, number>) => ({
  Prepare: counts.failedToPrepare,
  Transfer: counts.failedToTransfer,
  Verify: counts.failedToVerify,
  Delete: counts.failedToDelete,
});

/** How many items something went wrong with. */
export const failures = ({ files, folders }: Counts): number =>
  [files, folders].flatMap(kind => Object.values(failed(kind))).reduce((sum, number) => sum + number, 0);
