/** What the services that may do the work need besides the buckets, looked at before anything else is. */
import type { Identity } from '../../aws/identity.ts';
import { type CheckResult, isFailed } from '../../model/checks.ts';
import type { EngineName } from '../../model/settings.ts';
import { asAdviceTo, SERVICES } from '../../preflight/access.ts';
import type { Way } from '../../preflight/checks.ts';
import { layGround } from '../../preflight/datasync/ground.ts';
import { layBatch } from '../../preflight/jobs/batch.ts';
import { layReplication } from '../../preflight/jobs/replication.ts';
import type { Known } from '../../preflight/known.ts';
import type { DataSyncScene, JobScene } from '../../preflight/scene.ts';
import { whyNot } from '../../settings/engine-rules.ts';
import type { Both } from './sides.ts';

/** What the engine needs besides the buckets, where it is a service. */
export interface Laid {
  readonly results: readonly CheckResult[];
  readonly datasync?: DataSyncScene | undefined;
  readonly jobs?: JobScene | undefined;
  /** Services that lack some of it, where there are other ways. */
  readonly refused?: readonly Way[];
}

export async function layGrounds(known: Omit<Known, 'identity'>, identities: Both<Identity>): Promise<Laid> {
  switch (known.settings.engine) {
    case 'datasync':
      return layGround({ ...known, identity: identities.source });
    case 'batch':
      return layBatch({ ...known, identity: identities.destination });
    case 'replication':
      return layReplication({ ...known, identity: identities.source });
    case 'auto':
      return layAll(known, identities);
    default:
      return { results: [] };
  }
}

/** Of the services that may be chosen. What one of them lacks is only advice. */
async function layAll(known: Omit<Known, 'identity'>, identities: Both<Identity>): Promise<Laid> {
  const { settings } = known;
  const mayTake = (engine: EngineName) => settings.mode !== 'verify' && whyNot(engine, settings).length === 0;
  const [ofDataSync, ofBatch] = await Promise.all([
    mayTake('datasync') ? layGround({ ...known, identity: identities.source }) : undefined,
    mayTake('batch') ? layBatch({ ...known, identity: identities.destination }) : undefined,
  ]);
  const refused = (engine: 'datasync' | 'batch', results: readonly CheckResult[] = []): Way[] => {
    const obstacles = results.filter(isFailed);
    return obstacles.length === 0 ? [] : [{ engine, obstacles }];
  };
  const advice = (engine: 'datasync' | 'batch', results: readonly CheckResult[] = []) =>
    results.map(asAdviceTo(`To have ${SERVICES[engine]} do it:`));
  return {
    results: [...advice('datasync', ofDataSync?.results), ...advice('batch', ofBatch?.results)],
    datasync: ofDataSync?.datasync,
    jobs: ofBatch?.jobs,
    refused: [...refused('datasync', ofDataSync?.results), ...refused('batch', ofBatch?.results)],
  };
}
