/** Jobs that replicate what exists: in the account and Region of the source, as its identity. */
import type { Mode } from '../../model/settings.ts';
import { REPLICATION_ACTIONS } from '../../s3control/policies.ts';
import type { Known } from '../known.ts';
import { type Laid, layJobs } from './ground.ts';

/** Modes that start no job and could not. */
const LOOKING: ReadonlySet<Mode> = new Set<Mode>(['verify', 'health']);

export async function layReplication(known: Known): Promise<Laid> {
  const { mode, batch, replication } = known.settings;
  if (LOOKING.has(mode)) return { results: [], jobs: undefined };
  return layJobs(known, {
    side: 'source',
    role: batch.roleArn ?? replication.roleArn,
    roleInput: batch.roleArn === undefined ? 'replication-role' : 'batch-role',
    elsewhere: {
      verdict: 'fail',
      seen: 'Manifests of jobs that replicate must be in the Region of the source.',
    },
    actions: REPLICATION_ACTIONS,
  });
}
