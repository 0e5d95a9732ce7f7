/** Notes for the report: what is worth knowing, and nobody's fault. */
import type { Verify } from '../../model/settings.ts';
import type { Totals } from '../../record.ts';
import { count, thousands } from '../../report/text.ts';
import type { Movements } from '../../sync/conclude.ts';
import type { Doubts } from '../../sync/prove.ts';

export function describeMovements({ appeared, movedOn }: Movements): string[] {
  const notes: string[] = [];
  if (appeared > 0)
    notes.push(`${appeared} objects appeared in the source after it was listed; the next run copies them.`);
  if (movedOn > 0) {
    notes.push(
      `${movedOn} objects were overwritten or removed in the source after it was listed; the next run follows.`,
    );
  }
  return notes;
}

/** Histories that the destination has only the newer part of. */
export function describeNotKept({ versionsNotKept }: Totals): string[] {
  return versionsNotKept === undefined
    ? []
    : [
        `The destination lacks ${count(versionsNotKept, 'older version')} of the source beneath what it has: a lifecycle rule expired them there, or it was filled without versions.`,
      ];
}

/** Which objects `verify: checksum` and `verify: content` had to leave at their size, and what would do more. */
export function describeDoubts(verify: Verify, doubts: Doubts): string[] {
  return [...describeUnasked(doubts), ...describeOpen(verify, doubts)];
}

function describeUnasked({ unasked }: Doubts): string[] {
  return unasked === 0
    ? []
    : [
        `${count(unasked, 'object')} were only compared by size: the time limit left no time to ask for more.`,
      ];
}

function describeOpen(verify: Verify, { open, silent, unread }: Doubts): string[] {
  if (open === 0) return [];
  const objects = `${count(open, 'object')} could only be compared by size`;
  const unheard = silent === 0 ? '' : `, or S3 does not tell them (${thousands(silent)})`;
  return verify === 'content'
    ? [`${objects}: no checksum is common to both sides, and ${thousands(unread)} could not be read.`]
    : [`${objects}: no checksum is common to both sides${unheard}; \`verify: content\` reads them.`];
}
