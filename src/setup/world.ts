/** Between whom policies are, as far as inputs tell without anybody being asked. */
import { accountOf, partitionOf } from '../aws/arn.ts';
import { InputError } from '../errors.ts';
import type { Location, Side } from '../model/objects.ts';
import type { EngineName, Mode, Settings } from '../model/settings.ts';
import { ROLE_ARN } from '../settings/names.ts';
import { servicesOfAuto } from '../settings/service-inputs.ts';
import type { OwnedBucket } from './entry.ts';

export interface Place extends OwnedBucket {
  readonly location: Location;
  /** `*` where no input names it. */
  readonly region: string;
  /** ARN of the side's own role. */
  readonly role: string;
}

export interface World extends Readonly<Record<Side, Place>> {
  readonly settings: Settings;
  readonly partition: string;
  /** The mode changes something, or tries whether it could. */
  readonly writes: boolean;
}

const WRITING: ReadonlySet<Mode> = new Set<Mode>(['sync', 'preflight']);

/** @throws InputError where a role has no name: a policy with a gap in it would be a trap */
export function worldOf(settings: Settings): World {
  const { roleArn: from } = settings.source;
  const { roleArn: to } = settings.destination;
  if (from === undefined || to === undefined)
    throw new InputError([
      ...(from === undefined ? [unnamed('source')] : []),
      ...(to === undefined ? [unnamed('destination')] : []),
    ]);
  return {
    settings,
    partition: partitionOf(from),
    writes: WRITING.has(settings.mode),
    source: placeOf(settings.source, from),
    destination: placeOf(settings.destination, to),
  };
}

function placeOf({ location, account, region = '*' }: Settings[Side], role: string): Place {
  return { location, bucket: location.bucket, owner: account ?? accountOf(role), region, role };
}

function unnamed(side: Side): string {
  return `${side}-role: is required, because policies name it; with credentials that the job already has, name the role behind them. Accepted: ${ROLE_ARN.accepts}.`;
}

/** With `auto` a server-side copy, and whatever service may be chosen instead. */
export function enginesOf(settings: Settings): readonly EngineName[] {
  return settings.engine === 'auto' ? ['copy', ...servicesOfAuto(settings)] : [settings.engine];
}

/** Where manifests and reports lie: in the account of whoever has the service work. */
export function workOf({ settings }: World, caller: Place): { location: Location } & OwnedBucket {
  const { workLocation: location } = settings;
  if (location === undefined) throw new RangeError('The settings were not checked.');
  return { location, bucket: location.bucket, owner: accountOf(caller.role) };
}
