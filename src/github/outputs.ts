/**
 * The step's outputs: the only place that sets them. `action.yml` declares the same names; a contract test compares.
 */
import { setOutput } from '@actions/core';
import type { RunReport } from '../record.ts';

export const OUTPUT_NAMES = [
  'engine',
  'complete',
  'verified',
  'objects-listed',
  'objects-copied',
  'objects-unchanged',
  'objects-skipped',
  'objects-failed',
  'objects-deleted',
  'bytes-copied',
  'job',
  'duration-seconds',
  'report',
  'artifact-url',
] as const;

export type Outputs = Readonly<Record<(typeof OUTPUT_NAMES)[number], string | number | boolean>>;

/**
 * @param folder where the report was written.
 * @param artifactUrl `undefined` when nothing was uploaded.
 */
export function outputsOf(report: RunReport, folder: string, artifactUrl: string | undefined): Outputs {
  const { totals } = report;
  return {
    engine: report.engine,
    complete: report.complete,
    verified: report.verified,
    'objects-listed': totals.listed,
    'objects-copied': totals.copied,
    'objects-unchanged': totals.unchanged,
    'objects-skipped': totals.skipped,
    'objects-failed': totals.failed,
    'objects-deleted': totals.deleted,
    'bytes-copied': totals.bytesCopied,
    job: report.underWay?.id ?? '',
    'duration-seconds': Math.round((Date.parse(report.finished) - Date.parse(report.started)) / 1000),
    report: folder,
    'artifact-url': artifactUrl ?? '',
  };
}

export function setOutputs(outputs: Outputs): void {
  for (const name of OUTPUT_NAMES) setOutput(name, outputs[name]);
}
