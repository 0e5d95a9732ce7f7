/** No object ever has this key. */
export const PROBE_KEY = '.s3-cross-account-sync-probe';
