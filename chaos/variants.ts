/** Inputs to try, as far as each engine takes them. */
import fc from 'fast-check';
import type { Inputs } from '../test/e2e/stage.ts';

export const ENGINES = ['copy', 'stream', 'datasync', 'batch', 'replication'] as const;
export type Engine = (typeof ENGINES)[number];

export interface Variant {
  readonly inputs: Inputs;
  readonly prefixes: { readonly source: string; readonly destination: string };
}

interface Choices {
  readonly compare: readonly string[];
  readonly preserve: readonly string[];
  readonly prefixes: readonly (readonly [source: string, destination: string])[];
  readonly others?: readonly Readonly<Record<string, string>>[];
}

const OBJECT_BY_OBJECT: Choices = {
  compare: ['auto', 'auto', 'size', 'checksum', 'always', 'missing'],
  preserve: [
    'metadata, tags',
    'metadata, tags',
    'metadata',
    'metadata, tags, storage-class',
    'metadata, tags, checksum',
    'metadata, tags, versions',
    'metadata, tags, storage-class, versions',
  ],
  prefixes: [
    ['', ''],
    ['in/', 'out/'],
    ['in/', ''],
    ['', 'out'],
  ],
  others: [{}, { concurrency: '1' }, { concurrency: '4' }],
};

const CHOICES: Readonly<Record<Engine, Choices>> = {
  copy: OBJECT_BY_OBJECT,
  stream: OBJECT_BY_OBJECT,
  datasync: {
    compare: ['auto', 'auto', 'size', 'always'],
    preserve: ['metadata, tags', 'metadata'],
    prefixes: [
      ['', ''],
      ['in/', 'out/'],
    ],
    others: [{}, { 'datasync-keep': 'false' }],
  },
  batch: {
    compare: ['auto', 'auto', 'size', 'always'],
    preserve: ['metadata, tags', 'metadata'],
    prefixes: [
      ['', ''],
      ['in/', 'in/'],
      ['', 'out/'],
    ],
  },
  replication: {
    compare: ['auto', 'auto', 'size'],
    preserve: ['metadata, tags'],
    prefixes: [
      ['', ''],
      ['in/', 'in/'],
    ],
    others: [{}, { 'replication-delete-markers': 'true' }],
  },
};

/** Deletions are not capped: what a cap refuses is tested elsewhere, and here it would only keep runs from their work. */
const UNCAPPED = { 'max-delete': '100%' };
const DELETIONS = [{}, { delete: 'true', ...UNCAPPED }] as const;

export function settingsFor(engine: Engine): fc.Arbitrary<Variant> {
  const { compare, preserve, prefixes, others = [{}] } = CHOICES[engine];
  return fc
    .record({
      compare: fc.constantFrom(...compare),
      preserve: fc.constantFrom(...preserve),
      verify: fc.constantFrom('listing', 'listing', 'listing', 'checksum', 'none'),
      deletions: fc.constantFrom(...DELETIONS),
      others: fc.constantFrom(...others),
      prefix: fc.constantFrom(...prefixes),
    })
    .map(({ deletions, others, prefix: [source, destination], ...inputs }) => ({
      inputs: { ...inputs, ...deletions, ...others, ...(carriesHistories(inputs) && forHistories(inputs)) },
      prefixes: { source, destination },
    }));
}

export function carriesHistories({ preserve = '' }: Inputs): boolean {
  return preserve.split(', ').includes('versions');
}

/** Histories bring deletions along that nobody asked for, and only what looks at versions says how far one has come. */
function forHistories({ compare = '' }: Inputs): Inputs {
  return { ...UNCAPPED, ...(['always', 'missing'].includes(compare) && { compare: 'auto' }) };
}
