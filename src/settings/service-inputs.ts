/** Inputs that only some engines know, and when `engine: auto` may take one of those. */
import type { EngineName, Settings } from '../model/settings.ts';
import { DEFAULTS, type InputName } from './inputs.ts';
import type { Kind } from './kind.ts';
import { formatLocation, overlap } from './location.ts';
import type { Rule } from './rule.ts';
import { DURATION } from './values.ts';

/** Each with its engines. */
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
    const roles = engines.flatMap(one => CHOSEN_WITH.get(one)?.needs ?? []);
    const others = ['work-location', ANY.format(roles)].filter(one => one !== name).join(' and ');
    const orAuto = roles.length === 0 ? '' : `, or with engine auto and ${others}`;
    return `${name}: has no meaning with engine "${settings.engine}"${whyNotChosen(settings, roles)}. Accepted: together with engine ${ANY.format(engines)}${orAuto}.`;
  },
}));

/** The services that `engine: auto` may take, and the role without which it never does. */
const CHOSEN_WITH: ReadonlyMap<
  EngineName,
  { readonly needs: InputName; readonly role: (settings: Settings) => string | undefined }
> = new Map([
  ['datasync', { needs: 'datasync-role', role: ({ dataSync }) => dataSync.roleArn }],
  ['batch', { needs: 'batch-role', role: ({ batch }) => batch.roleArn }],
]);

/** The services that `engine: auto` may take with these settings. */
export function servicesOfAuto(settings: Settings): EngineName[] {
  if (settings.workLocation === undefined) return [];
  return [...CHOSEN_WITH].flatMap(([engine, { role }]) => (role(settings) === undefined ? [] : [engine]));
}

/** Whether a run with these settings may end up with the engine. */
function mayBeTaken(engine: EngineName, settings: Settings): boolean {
  return settings.engine === 'auto' ? servicesOfAuto(settings).includes(engine) : settings.engine === engine;
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

/** What these inputs have to fit: the engine, and the places of the objects. */
export const SERVICE_INPUT_RULES: readonly Rule[] = [
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
