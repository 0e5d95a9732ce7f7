/** What each service cannot do with the other inputs: refused where it was asked for, and a reason where it was not. */
import type { EngineName, Settings } from '../model/settings.ts';
import { BATCH_RULES } from './batch-rules.ts';
import { DATASYNC_RULES } from './datasync-rules.ts';
import { REPLICATION_RULES } from './replication-rules.ts';
import type { Rule } from './rule.ts';

export const ENGINE_RULES: readonly Rule[] = [...DATASYNC_RULES, ...BATCH_RULES, ...REPLICATION_RULES];

/** Why the engine could not be asked for with the rest of these settings, a sentence each; none where it could. */
export function whyNot(engine: EngineName, settings: Settings): string[] {
  const asked = { ...settings, engine };
  return ENGINE_RULES.flatMap(rule => rule.broken(asked) ?? []).map(problem =>
    problem
      // What it is for, and what else would be accepted, is for the one who asked for it.
      .replace(/^([\w-]+): is required with .*$/s, 'Needs $1.')
      .replace(/ Accepted: .*$/s, ''),
  );
}
