/**
 * What each service cannot do with the other inputs. If the service was asked for, these are errors; if not, they are
 * the reasons why it could not be chosen.
 */
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
      // The purpose of an input and what else would be accepted only matter to whoever asked for the engine.
      .replace(/^([\w-]+): is required with .*$/s, 'Needs $1.')
      .replace(/ Accepted: .*$/s, ''),
  );
}
