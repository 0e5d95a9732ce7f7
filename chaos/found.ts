/** What the schedules have brought to light, and the tests that hold it mended. Written by hand. */

export interface Found {
  readonly what: string;
  /** Of the tests, below `test/`. */
  readonly test: string;
}

export const FOUND: readonly Found[] = [
  {
    what: 'A page of ListObjectVersions that something on the way cut short between two versions was taken for the last one, so that the rest of the source looked gone; an ETag cut short in the answer to a copy was reported as it came.',
    test: 's3/wire.test.ts, e2e/faults.test.ts',
  },
  {
    what: 'A machine whose clock is more than fifteen minutes off could run nothing: STS, IAM and DataSync name the skew otherwise than S3, and the answer to a HEAD names nothing. One an hour fast would have renewed its session for every request.',
    test: 'e2e/clock.test.ts',
  },
  {
    what: 'A multipart upload stayed open when the answer to `CreateMultipartUpload` was lost, or the run was killed before it came: nobody knew its id.',
    test: 'e2e/faults.test.ts, e2e/stop.test.ts',
  },
  {
    what: 'The upload by which a run tries whether it may write stayed open when S3 did not get around to aborting it, or the run was killed meanwhile: nobody told the post step.',
    test: 'e2e/faults.test.ts',
  },
  {
    what: 'A run killed before it had anything to clean up in AWS left its folder of temporary files.',
    test: 'e2e/stop.test.ts',
  },
  {
    what: 'With `wait: false`, a plan stayed in `work-location` when the note that leads to it could not be written.',
    test: 'e2e/wait-lost.test.ts',
  },
  {
    what: 'A run killed while it wrote `report.json` left half of it.',
    test: 'report.test.ts',
  },
  {
    what: 'A run waited for ever when a connection went silent in the middle of an answer that the SDK reads: to deletions, for sessions, from control planes, and to the request for one byte by which a run tries whether it may read the source.',
    test: 'aws/bounded.test.ts, e2e/silence.test.ts',
  },
];
