/** No run ever leaves an object with this key. */
export const PROBE_KEY = '.s3-cross-account-sync-probe';
