/** What can be said of a policy without knowing all of a request: that it applies, that it does not, or neither. */
export type Certainty = 'yes' | 'maybe' | 'no';

const WORST_FIRST: readonly Certainty[] = ['no', 'maybe', 'yes'];

/** All of them hold. */
export function every(certainties: readonly Certainty[]): Certainty {
  return WORST_FIRST.find(one => certainties.includes(one)) ?? 'yes';
}

/** One of them holds. */
export function some(certainties: readonly Certainty[]): Certainty {
  return WORST_FIRST.findLast(one => certainties.includes(one)) ?? 'no';
}

export function not(certainty: Certainty): Certainty {
  if (certainty === 'maybe') return 'maybe';
  return certainty === 'yes' ? 'no' : 'yes';
}
