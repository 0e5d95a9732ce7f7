/** What should happen to a key of which both sides have a history: nothing, or what the destination lacks of it. */
import type { ObjectEntry, ObjectVersion, Version } from '../model/objects.ts';
import type { Decision, UnchangedReason } from '../model/plan.ts';
import {
  type Comparison,
  compareEvidence,
  compareListed,
  decideCopy,
  isCopyReason,
  type Rules,
} from './decide.ts';
import type { GatherEvidence } from './evidence.ts';
import { align, isMarker } from './history.ts';

/** Versions that the listings cannot tell from each other are asked about themselves, one pair after another. */
export async function decideHistory(
  source: ObjectEntry,
  destination: ObjectEntry,
  rules: Rules,
  gather: GatherEvidence,
): Promise<Decision> {
  const { history = [] } = source;
  const { history: copies = [] } = destination;
  const comparisons = new Comparisons(rules);
  for (;;) {
    const alignment = align(history, copies, comparisons.same);
    if ('ask' in alignment) {
      await comparisons.find(alignment.ask, gather);
      continue;
    }
    const { from, twins, differing } = alignment;
    if (from === history.length) {
      const reasons = twins.map(([ours, theirs]) => comparisons.reason(history[ours], copies[theirs]));
      return { action: 'unchanged', reason: weakest(reasons), twins };
    }
    const decision = decideCopy(source, from === 0 ? 'versions-differ' : 'versions-missing', rules, from);
    return decision.action === 'copy' ? { ...decision, twins, ...(differing && { differing }) } : decision;
  }
}

/** What is known of pairs of versions, from the listings or because they were asked. */
class Comparisons {
  readonly #rules: Rules;
  readonly #found = new Map<string, Comparison>();

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  readonly same = (version: Version, copy: Version): boolean | undefined => {
    if (isMarker(version) || isMarker(copy)) return isMarker(version) && isMarker(copy);
    const comparison = this.#compare(version, copy);
    return comparison === undefined ? undefined : !isCopyReason(comparison);
  };

  async find([version, copy]: readonly [Version, Version], gather: GatherEvidence): Promise<void> {
    if (isMarker(version) || isMarker(copy)) throw new RangeError('A delete marker has nothing to tell.');
    const testimony = await gather(version, copy);
    const comparison = compareEvidence(version, copy, testimony, this.#rules.compare);
    this.#found.set(idOf(version, copy), comparison);
  }

  /** Why two versions are the same; `undefined` for delete markers, which have nothing that could differ. */
  reason(version: Version | undefined, copy: Version | undefined): UnchangedReason | undefined {
    if (version === undefined || copy === undefined || isMarker(version) || isMarker(copy)) return undefined;
    const comparison = this.#compare(version, copy);
    return comparison === undefined || isCopyReason(comparison) ? undefined : comparison;
  }

  #compare(version: ObjectVersion, copy: ObjectVersion): Comparison | undefined {
    return compareListed(version, copy, this.#rules.compare) ?? this.#found.get(idOf(version, copy));
  }
}

function idOf(version: Version, copy: Version): string {
  return `${version.versionId} ${copy.versionId}`;
}

const STRONGEST_FIRST: readonly UnchangedReason[] = ['same-etag', 'same-checksum', 'same-size'];

function weakest(reasons: readonly (UnchangedReason | undefined)[]): UnchangedReason {
  return STRONGEST_FIRST.findLast(reason => reasons.includes(reason)) ?? 'same-etag';
}
