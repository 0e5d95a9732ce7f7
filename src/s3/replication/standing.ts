/** The replication configuration as it stands: our rule in it, and those of everybody else. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { troubleOf } from '../../aws/trouble.ts';
import type { Bucket } from '../bucket.ts';
import { ruleIdOf, type Wanted } from './rule.ts';
import { type Configuration, get, type WrittenRule } from './wire.ts';

export type { Configuration } from './wire.ts';

/** @returns `undefined` where there is none */
export async function readConfiguration(source: Bucket): Promise<Configuration | undefined> {
  try {
    return await get(source);
  } catch (error) {
    if (troubleOf(error).code === 'ReplicationConfigurationNotFoundError') return undefined;
    throw error;
  }
}

/** The rule of this run, as it stands. */
export function oursIn(
  configuration: Configuration | undefined,
  { destination }: Pick<Wanted, 'destination'>,
): ReplicationRule | undefined {
  return configuration?.rules.find(({ rule }) => rule.ID === ruleIdOf(destination))?.rule;
}

/** The rules of everybody else, in their order. */
export function othersIn(
  configuration: Configuration | undefined,
  { destination }: Pick<Wanted, 'destination'>,
): WrittenRule[] {
  return configuration?.rules.filter(({ rule }) => rule.ID !== ruleIdOf(destination)) ?? [];
}
