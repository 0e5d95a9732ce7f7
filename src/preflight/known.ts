/** What is known of a run once both buckets have been found, before a service is spoken to. */
import type { Identity } from '../aws/identity.ts';
import type { Side } from '../model/objects.ts';
import type { Settings } from '../model/settings.ts';
import type { Network } from '../s3/network.ts';

export interface Known {
  readonly settings: Settings;
  /** Who asks the service, and writes and reads where it finds manifests and leaves reports. */
  readonly identity: Identity;
  readonly regions: Readonly<Record<Side, string>>;
  readonly owners: Readonly<Record<Side, string | undefined>>;
  readonly network: Network;
  /** What the tags of all that is made call this run. */
  readonly run: string;
}
