/**
 * The summary on the run page.
 */
import { summary } from '@actions/core';
import { messageOf } from '../errors.ts';

/** Bytes of UTF-8. The runner drops a summary above 1 MiB whole; this keeps a distance. */
export const SUMMARY_LIMIT = 900 * 1024;

const CUT = '\n\n_The summary was too long for this page and ends here; the report has the rest._\n';

/**
 * Puts Markdown on the page of the run, in place of what this step wrote before.
 *
 * @returns a warning when it could not; a missing summary never fails a run.
 */
export async function writeSummary(markdown: string): Promise<string | undefined> {
  if (!process.env.GITHUB_STEP_SUMMARY) return 'No summary: this job has no summary file.';
  try {
    await summary.emptyBuffer().addRaw(fitting(markdown)).write({ overwrite: true });
    return undefined;
  } catch (error) {
    return `No summary: ${messageOf(error)}`;
  }
}

/** The sections that fit below the limit: the text is cut before a heading, or at the end of a line if there is none. */
export function fitting(markdown: string, limit = SUMMARY_LIMIT): string {
  const bytes = Buffer.from(markdown);
  if (bytes.length <= limit) return markdown;
  const kept = bytes.subarray(0, limit - Buffer.byteLength(CUT)).toString();
  const heading = Math.max(...['\n# ', '\n## ', '\n### '].map(mark => kept.lastIndexOf(mark)));
  return kept.slice(0, heading > 0 ? heading : Math.max(kept.lastIndexOf('\n'), 0)) + CUT;
}
