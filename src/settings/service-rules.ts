/** Rules that the services of AWS have in common, each for the engine that is named. They speak only when it was asked for. */
import type { Side } from '../model/objects.ts';
import type { EngineName, Preserved, Settings } from '../model/settings.ts';
import type { InputName } from './inputs.ts';
import { parseArn } from './names.ts';
import type { Rule } from './rule.ts';

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

/** @param kept by the service: always `metadata`, and perhaps more */
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

type ServiceRole = 'datasync-role' | 'batch-role' | 'replication-role';

/**
 * The role that the service works under must be given, and be one that the side whose identity hands it over can pass.
 *
 * @param service the name by which messages call it
 */
export function worksUnder(
  engine: EngineName,
  role: ServiceRole,
  roleOf: (settings: Settings) => string | undefined,
  side: Side,
  service: string,
): readonly Rule[] {
  return [
    needs(
      engine,
      role,
      settings => roleOf(settings) !== undefined,
      'which works under it',
      `the ARN of a role of the ${side} account that ${service} may assume`,
    ),
    sameAccount(engine, role, roleOf, side),
  ];
}

/** A service role belongs to the account whose identity hands it over. */
export function sameAccount(
  engine: EngineName,
  role: ServiceRole,
  roleOf: (settings: Settings) => string | undefined,
  side: Side,
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
