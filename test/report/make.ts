/** Reports of runs that never were, for tests of what is made of them. */
import type { CheckResult } from '../../src/model/checks.ts';
import type { FailureGroup } from '../../src/model/outcome.ts';
import type { Engines, RunReport, Totals } from '../../src/record.ts';

export const TOTALS: Totals = {
  listed: 11_234,
  copied: 1234,
  unchanged: 10_000,
  skipped: 0,
  failed: 0,
  deleted: 0,
  undeleted: 0,
  kept: 0,
  bytesListed: 5 * 1024 ** 4,
  bytesCopied: 6_012_954_214,
  reasons: { 'copied: missing': 1234, 'unchanged: same-etag': 10_000 },
  proofs: { content: 0, checksum: 0, etag: 11_234, 'part-etag': 0, size: 0, none: 0 },
};

/** Of a run in which all went well, but for the changes. */
export function report(changes: Partial<RunReport> = {}): RunReport {
  return {
    schema: 1,
    tool: { name: 's3-cross-account-sync', version: '0.1.0' },
    mode: 'sync',
    engine: 'copy',
    complete: true,
    verified: true,
    verdict: { ok: true, text: 'success' },
    settings: { source: 's3://from/a', destination: 's3://onto' },
    identities: [
      {
        side: 'source',
        account: '111122223333',
        arn: 'arn:aws:sts::111122223333:assumed-role/r/s',
        how: 'oidc',
      },
      { side: 'destination', account: undefined, arn: undefined, how: 'ambient' },
    ],
    regions: { source: 'eu-west-1', destination: undefined },
    checks: [{ check: 'source-listable', verdict: 'pass', seen: 'Listed.' }],
    totals: TOTALS,
    notes: [],
    failures: [],
    sizes: [],
    requests: { CopyObject: 1234 },
    started: '2026-11-20T12:00:00.000Z',
    finished: '2026-11-20T12:03:20.000Z',
    timings: { preflight: 1.5, transfer: 190 },
    runUrl: undefined,
    ...changes,
  };
}

export const FAILURE: FailureGroup = {
  code: 'AccessDenied',
  reason: 'denied',
  count: 1204,
  message: 'Access Denied',
  examples: ['a/1', 'a/2'],
  requestId: 'REQ1',
  fix: { todo: 'Add this statement to the policy of s3://from.', paste: '{\n  "Effect": "Allow"\n}' },
};

export const FAILED_CHECK: CheckResult = {
  check: 'source-readable',
  verdict: 'fail',
  seen: 'S3 refused to read an object.',
  fix: { todo: 'Allow it.', paste: '{ "Sid": "Read" }' },
};

/** Two engines, one of them with all that can be said of one. */
export function compared(text = 'Leaves a report.'): Engines {
  const costs = { requests: 5, transfer: 20.55, retrieval: 0, service: 0 };
  const requests = { CopyObject: 1_000_000 };
  const offer = { seconds: 2400, usd: 25.55, costs, requests };
  return {
    chosen: 'copy',
    why: `Engine copy: ${text}`,
    offers: [
      { ...offer, engine: 'copy', verdict: 'chosen', reasons: [], remarks: [] },
      { ...offer, engine: 'batch', verdict: 'impossible', reasons: [text], remarks: [text], usd: 0 },
    ],
    prices: {
      dates: ['2025', '2026-09-28'],
      regions: { source: text, destination: 'eu-west-2' },
      standIns: { [text]: ['requests', 'DataSync'] },
    },
  };
}

/** A report in which every foreign text is `text`. */
export function filled(text: string): RunReport {
  const check: CheckResult = { ...FAILED_CHECK, check: text, seen: text, fix: { todo: text, paste: '{}' } };
  return report({
    verdict: { ok: false, text },
    settings: { source: text, destination: text },
    identities: [{ side: 'source', account: text, arn: text, how: 'oidc' }],
    regions: { source: text, destination: text },
    checks: [check, { ...check, verdict: 'warn' }],
    totals: { ...TOTALS, reasons: { [`failed: ${text}`]: 1 } },
    notes: [text, text],
    engines: compared(text),
    failures: [
      { ...FAILURE, code: text, reason: text, message: text, examples: [text, text], requestId: text },
    ],
    requests: { [`x${text}`]: 1 },
    timings: { [`x${text}`]: 1 },
  });
}
