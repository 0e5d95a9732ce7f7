/**
 * What estimates are made of besides the plan. Where AWS says nothing, a figure is assumed, and this says so; the list in
 * `docs/choice.md` is held to these by a test.
 */

/** Requests a second that S3 takes for one prefix of what it has partitioned. (S3 User Guide, "Best practices design patterns".) */
export const WRITES_PER_SECOND = 3_500;

/** Seconds that S3 takes to answer a request to copy one small object. Assumed. */
export const COPY_SECONDS = 0.25;

/** Bytes a second that S3 copies for all requests of a run together. Assumed. */
export const COPIED_BYTES_PER_SECOND = 1024 ** 3;

/** Bytes a second that pass a runner, in one direction. Assumed: some 800 Mbit/s. */
export const STREAMED_BYTES_PER_SECOND = 100 * 1024 ** 2;

/** Seconds until an object has been read and written through a runner, whatever its size. Assumed. */
export const STREAM_SECONDS = 0.5;

/** Seconds until DataSync begins to transfer, and for its report. Assumed. */
export const DATASYNC_START_SECONDS = 5 * 60;

/** Bytes a second of a task without an agent: 5 Gbit/s. (DataSync User Guide, "DataSync quotas".) */
export const DATASYNC_BYTES_PER_SECOND = 5e9 / 8;

/** Objects a second of a task. Assumed. */
export const DATASYNC_OBJECTS_PER_SECOND = 500;

/** Seconds until a job begins to copy, and for its report. Assumed. */
export const JOB_START_SECONDS = 5 * 60;

/** Objects a second of a job. Assumed: somewhat below what S3 takes for one prefix. */
export const JOB_OBJECTS_PER_SECOND = 3_000;

/** Bytes a second of a job. Assumed. */
export const JOB_BYTES_PER_SECOND = 4 * 1024 ** 3;

/** Seconds within which most objects have been replicated. (S3 User Guide, "Replicating objects": most within 15 minutes.) */
export const REPLICATION_SECONDS = 15 * 60;

/** Pages of a listing a second. Assumed; several are asked for at the same time. */
export const PAGES_PER_SECOND = 20;

/** Files of a report that a service writes. Assumed: an index and one with results. */
export const REPORT_FILES = 2;
