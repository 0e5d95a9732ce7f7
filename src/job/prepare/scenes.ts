/** The scene of each engine that could do the work, all of the same two buckets. */
import type { Identity } from '../../aws/identity.ts';
import type { Side } from '../../model/objects.ts';
import type { Settings } from '../../model/settings.ts';
import type { Ways } from '../../preflight/access.ts';
import { readFacts } from '../../preflight/facts.ts';
import { groundOf } from '../../preflight/replication/wanted.ts';
import type { JobScene, Scene } from '../../preflight/scene.ts';
import { Bucket } from '../../s3/bucket.ts';
import type { Laid } from './grounds.ts';
import type { Both } from './sides.ts';

/** What has been found out of both sides. */
export interface Found {
  readonly identities: Both<Identity>;
  readonly regions: Both<string>;
  readonly owners: Both<string | undefined>;
}

export async function setScenes(
  settings: Settings,
  { identities, regions, owners }: Found,
  { network, journal }: Pick<Scene, 'network' | 'journal'>,
  { datasync, jobs }: Laid,
): Promise<Ways> {
  const open = (side: Side, identity: Identity) =>
    new Bucket(
      {
        location: settings[side].location,
        region: regions[side],
        owner: owners[side],
        requestPayer: settings.requestPayer && side === 'source',
        identity,
      },
      network,
    );
  const signer = identities[settings.copyAs];
  const source = open('source', identities.source);
  const destination = open('destination', identities.destination);
  const [ofSource, ofDestination] = await Promise.all([readFacts(source), readFacts(destination)]);
  const facts = { source: ofSource, destination: ofDestination };
  const common = { settings, source, destination, facts, network, journal };
  const from = signer === identities.source ? source : open('source', signer);
  const to = signer === identities.destination ? destination : open('destination', signer);
  return {
    copy: { ...common, engine: 'copy', from, to },
    stream: { ...common, engine: 'stream', from: source, to: destination },
    ...(datasync && { datasync: { ...common, engine: 'datasync', from, to, datasync } }),
    ...(jobs &&
      settings.engine !== 'replication' && { batch: { ...common, engine: 'batch', from, to, jobs } }),
    ...(settings.engine === 'replication' && { replication: replicating(common, jobs) }),
  };
}

/** Each side's own identity looks at its bucket, and S3 does the rest under a role. */
function replicating(
  common: Pick<Scene, 'settings' | 'source' | 'destination' | 'facts' | 'network' | 'journal'>,
  jobs: JobScene | undefined,
): Scene {
  const { settings, source, destination, facts } = common;
  const replication = groundOf(settings, source, destination, facts);
  return {
    ...common,
    engine: 'replication',
    from: source,
    to: destination,
    replication,
    ...(jobs && { jobs }),
  };
}
