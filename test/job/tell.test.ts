import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellChecks } from '../../src/job/telling/tell.ts';
import { tellFindings } from '../../src/job/telling/tell-findings.ts';
import type { CheckResult } from '../../src/model/checks.ts';
import type { Log } from '../../src/model/log.ts';
import type { FailureGroup } from '../../src/model/outcome.ts';

const check = (name: string): CheckResult => ({
  check: name,
  verdict: 'fail',
  seen: 'It failed',
  fix: { todo: 'Mend it.' },
});
const failure = (code: string): FailureGroup => ({
  code,
  reason: 'denied',
  count: 1,
  message: 'No.',
  examples: [],
});

for (const [checks, failures, told] of [
  [2, 3, 5],
  [2, 12, 9],
  [12, 3, 9],
] as const) {
  test(`of ${checks} failed checks and ${failures} kinds of failure ${told} are errors, so that the verdict is one GitHub shows`, async () => {
    const lines: string[] = [];
    const errors: string[] = [];
    const log: Log = {
      info: text => lines.push(text),
      debug: () => {},
      warning: () => {},
      error: text => errors.push(text),
      group: (_, work) => work(),
      watch: (_, work) => work(),
    };
    const report = {
      notes: [],
      checks: Array.from({ length: checks }, (_, index) => check(`check-${index}`)),
      failures: Array.from({ length: failures }, (_, index) => failure(`Code${index}`)),
    };
    await tellChecks(report.checks, log);
    tellFindings(report, log);
    assert.equal(errors.length, told);
    assert.equal(errors[0], 'check-0: It failed. Mend it.');
    const last = `check-${checks - 1}: It failed. Mend it.`;
    assert.ok([...errors, ...lines].includes(last), 'every check is told');
  });
}
