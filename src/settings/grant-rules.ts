/**
 * What `grant: temporary` cannot be combined with: a grant ends with the run, and so must everything that depends on
 * it.
 */
import type { Settings } from '../model/settings.ts';
import type { InputName } from './inputs.ts';
import type { Rule } from './rule.ts';

function withGrant(
  about: readonly InputName[],
  refuses: (settings: Settings) => boolean,
  sentence: string,
): Rule {
  return {
    about: ['grant', ...about],
    broken: settings => (settings.grant === 'temporary' && refuses(settings) ? sentence : undefined),
  };
}

export const GRANT_RULES: readonly Rule[] = [
  withGrant(
    ['engine'],
    ({ engine }) => engine === 'stream',
    'grant: "temporary" has no meaning with engine "stream", where no bucket policy has to name the other account. Accepted: with engine stream, no grant.',
  ),
  withGrant(
    ['wait'],
    ({ wait }) => !wait,
    'grant: "temporary" is taken away when the run ends, and with wait: false the job goes on without it. Accepted: one of the two.',
  ),
  withGrant(
    ['engine', 'replication-rule'],
    ({ engine, replication }) => engine === 'replication' && replication.rule === 'keep',
    'grant: "temporary" is taken away when the run ends, and with replication-rule "keep" S3 goes on replicating. Accepted: with engine replication, replication-rule remove, or no grant.',
  ),
];
