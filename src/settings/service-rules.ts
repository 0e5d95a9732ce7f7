/** What runs have in common that a service of AWS does the copying for: inputs that only they know, and what those need. */
import type { EngineName, Preserved, Settings } from '../model/settings.ts';
import { DEFAULTS, type InputName } from './inputs.ts';
import type { Kind } from './kind.ts';
import { formatLocation, overlap } from './location.ts';
import { parseArn } from './names.ts';
import type { Rule } from './rule.ts';
import { DURATION } from './values.ts';

/** Broken only by runs with this engine. */
export function withEngine(engine: EngineName, about: readonly InputName[], broken: Rule['broken']): Rule {
  return {
    about: ['engine', ...about],
    broken: settings => (settings.engine === engine ? broken(settings) : undefined),
  };
}

/** An input that the service has no counterpart for. */
export function withoutCounterpart(
  engine: EngineName,
  name: InputName,
  chosen: (settings: Settings) => string | undefined,
  accepted: string,
): Rule {
  return withEngine(engine, [name], settings => {
    const value = chosen(settings);
    return value === undefined
      ? undefined
      : `${name}: "${value}" cannot be kept by engine "${engine}". Accepted: ${accepted}, or engine copy or stream.`;
  });
}

/** A class that only single copies can be given. */
export function withoutReducedRedundancy(engine: EngineName): Rule {
  return withoutCounterpart(
    engine,
    'storage-class',
    ({ storageClass }) => (storageClass === 'REDUCED_REDUNDANCY' ? storageClass : undefined),
    'STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE',
  );
}

/** @param accepted what the service keeps, always `metadata` and perhaps more */
export function keepsOnly(engine: EngineName, kept: readonly Preserved[]): Rule {
  return withEngine(engine, ['preserve'], ({ preserve }) => {
    const lost = [...preserve].filter(one => !kept.includes(one));
    return lost.length === 0
      ? undefined
      : `preserve: "${lost.join(', ')}" cannot be kept by engine "${engine}". ` +
          `Accepted: ${kept.join(', ')}, or engine copy or stream.`;
  });
}

/** @param always what the service copies whether it is asked to or not */
export function keepsAlways(engine: EngineName, always: readonly Preserved[]): Rule {
  return withEngine(engine, ['preserve'], ({ preserve }) => {
    const missing = always.filter(one => !preserve.has(one));
    return missing.length === 0
      ? undefined
      : `preserve: engine "${engine}" always copies ${missing.join(' and ')}. Accepted: a list with ${always.join(' and ')}.`;
  });
}

/** A service role belongs to the account whose identity hands it over. */
export function sameAccount(
  engine: EngineName,
  role: 'datasync-role' | 'batch-role' | 'replication-role',
  roleOf: (settings: Settings) => string | undefined,
  side: 'source' | 'destination',
): Rule {
  return withEngine(engine, [role, `${side}-role`], settings => {
    const [service, caller] = [roleOf(settings), settings[side].roleArn];
    if (service === undefined || caller === undefined) return undefined;
    const [ours, theirs] = [parseArn(service).account, parseArn(caller).account];
    return ours === theirs
      ? undefined
      : `${role}: the role is in account ${ours}, ${side}-role in ${theirs}. ` +
          `Accepted: a role of the ${side} account, where engine "${engine}" works.`;
  });
}

/** @param why what it is for, and where it must be */
export function needs(
  engine: EngineName,
  name: InputName,
  given: (settings: Settings) => boolean,
  why: string,
  accepted: string,
): Rule {
  return withEngine(engine, [name], settings =>
    given(settings)
      ? undefined
      : `${name}: is required with engine "${engine}", ${why}. Accepted: ${accepted}.`,
  );
}

/** Inputs that mean something to some engines only. */
const BELONGS: readonly {
  readonly name: InputName;
  readonly value: (settings: Settings) => unknown;
  readonly engines: readonly EngineName[];
  /** By which the default is read, where the value is not as it was written. */
  readonly kind?: Kind<unknown>;
}[] = [
  {
    name: 'work-location',
    value: ({ workLocation }) => workLocation,
    engines: ['datasync', 'batch', 'replication'],
  },
  { name: 'datasync-role', value: ({ dataSync }) => dataSync.roleArn, engines: ['datasync'] },
  { name: 'datasync-mode', value: ({ dataSync }) => dataSync.mode, engines: ['datasync'] },
  { name: 'datasync-keep', value: ({ dataSync }) => dataSync.keep, engines: ['datasync'] },
  { name: 'batch-role', value: ({ batch }) => batch.roleArn, engines: ['batch', 'replication'] },
  { name: 'batch-priority', value: ({ batch }) => batch.priority, engines: ['batch', 'replication'] },
  { name: 'wait', value: ({ wait }) => wait, engines: ['batch', 'replication'] },
  { name: 'replication-role', value: ({ replication }) => replication.roleArn, engines: ['replication'] },
  { name: 'replication-rule', value: ({ replication }) => replication.rule, engines: ['replication'] },
  {
    name: 'replication-delete-markers',
    value: ({ replication }) => replication.deleteMarkers,
    engines: ['replication'],
  },
  {
    name: 'replication-time-control',
    value: ({ replication }) => replication.timeControl,
    engines: ['replication'],
  },
  { name: 'replication-metrics', value: ({ replication }) => replication.metrics, engines: ['replication'] },
  {
    name: 'replication-max-lag',
    value: ({ replication }) => replication.maxLagSeconds,
    engines: ['replication'],
    kind: DURATION,
  },
  { name: 'enable-versioning', value: ({ enableVersioning }) => enableVersioning, engines: ['replication'] },
];

const ANY = new Intl.ListFormat('en', { type: 'disjunction' });

/** Given for an engine that does not know it, an input was meant to do something that will not happen. */
const KNOWN_ONLY_TO: readonly Rule[] = BELONGS.map(({ name, value, engines, kind }) => ({
  about: ['engine', name],
  broken(settings) {
    const given = value(settings);
    if (isDefault(name, given, kind) || engines.some(one => mayBeTaken(one, settings))) return undefined;
    const roles = engines.flatMap(one => CHOSEN_WITH[one]?.needs ?? []);
    const others = ['work-location', ANY.format(roles)].filter(one => one !== name).join(' and ');
    const orAuto = roles.length === 0 ? '' : `, or with engine auto and ${others}`;
    return `${name}: has no meaning with engine "${settings.engine}"${whyNotChosen(settings, roles)}. Accepted: together with engine ${ANY.format(engines)}${orAuto}.`;
  },
}));

/** The services that `engine: auto` may take, and the role without which it never does. */
const CHOSEN_WITH: Partial<
  Record<EngineName, { readonly needs: InputName; readonly role: (settings: Settings) => string | undefined }>
> = {
  datasync: { needs: 'datasync-role', role: ({ dataSync }) => dataSync.roleArn },
  batch: { needs: 'batch-role', role: ({ batch }) => batch.roleArn },
};

/** Whether a run with these settings may end up with the engine. */
function mayBeTaken(engine: EngineName, settings: Settings): boolean {
  if (settings.engine !== 'auto') return settings.engine === engine;
  return settings.workLocation !== undefined && CHOSEN_WITH[engine]?.role(settings) !== undefined;
}

function whyNotChosen({ engine, workLocation }: Settings, roles: readonly InputName[]): string {
  if (engine !== 'auto' || roles.length === 0) return '';
  return workLocation === undefined ? ' without work-location' : ' without the role of a service';
}

function isDefault(name: InputName, value: unknown, kind: Kind<unknown> | undefined): boolean {
  const byDefault: string = name in DEFAULTS ? DEFAULTS[name as keyof typeof DEFAULTS] : '';
  if (value === undefined) return byDefault === '';
  return String(value) === String(kind === undefined ? byDefault : kind.read(byDefault));
}

export const SERVICE_RULES: readonly Rule[] = [
  ...KNOWN_ONLY_TO,
  {
    about: ['work-location', 'source', 'destination'],
    broken({ workLocation, source, destination }) {
      if (workLocation === undefined) return undefined;
      const other = [source.location, destination.location].find(location => overlap(location, workLocation));
      return other === undefined
        ? undefined
        : `work-location: ${formatLocation(workLocation)} overlaps with ${formatLocation(other)}, whose objects are ` +
            'compared. Accepted: a place of which neither prefix begins with the other.';
    },
  },
];
