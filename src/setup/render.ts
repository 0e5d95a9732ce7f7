/** Policies to read and paste, and the same for programs. */
import { asPolicy, type Statement } from '../aws/policies.ts';
import { visible } from '../errors.ts';
import { formatLocation } from '../settings/location.ts';
import type { Block } from './arrange.ts';
import type { Kind } from './entry.ts';
import type { Policies } from './policies.ts';

const TITLES: Readonly<Record<Kind, (name: string) => string>> = {
  role: name => `policy of the role ${name}`,
  trust: name => `trust policy of the role ${name}`,
  bucket: name => `policy of the bucket ${name}`,
  key: name => `policy of ${name.startsWith('arn:') ? `the key ${name}` : name}`,
};

const HOW: Readonly<Record<Kind, string>> = {
  role: 'Paste it as an inline policy of the role.',
  trust: 'Paste it as the trust policy of the role. Statements that are there for others stay.',
  bucket:
    'Add the statements to the policy of the bucket; where it has none, this is all of it. Make the roles first: S3 refuses a policy that names one that does not exist.',
  key: 'Add the statements to the policy of the key. Whatever is there stays: it says who may manage the key.',
};

export function renderText({ settings, engines, blocks, notes }: Policies): string {
  const { source, destination, mode } = settings;
  const title = `Policies for ${formatLocation(source.location)} to ${formatLocation(destination.location)}, engine ${engines.join(', ')}, mode ${mode}.`;
  return `${[[visible(title), ...notes].join('\n'), ...blocks.map(textOf)].join('\n\n')}\n`;
}

function textOf({ kind, name, account, statements, onlyIf }: Block): string {
  return [
    `=== Account ${account}: ${TITLES[kind](name)}\n${HOW[kind]}`,
    ...(statements.length === 0 ? [] : [asPolicy(...statements)]),
    ...onlyIf.map(
      ({ when, statements: more }) =>
        `Only if ${when}, add:\n\n${more.map(statement => JSON.stringify(statement, null, 2)).join(',\n')}`,
    ),
  ].join('\n\n');
}

/** Below `roles`, `buckets` and `keys` an object for each, by its name. */
export function renderJson({ settings, engines, blocks, notes }: Policies): string {
  const { source, destination, mode } = settings;
  const those = (kind: Kind) => blocks.filter(block => block.kind === kind);
  const by = (kind: Kind) => Object.fromEntries(those(kind).map(block => [block.name, policiesOf(block)]));
  const trusts = new Map(those('trust').map(block => [block.name, block]));
  const roles = those('role').map(block => {
    const trusting = trusts.get(block.name);
    return [block.name, { ...policiesOf(block), ...(trusting && { trust: document(trusting.statements) }) }];
  });
  const all = {
    source: formatLocation(source.location),
    destination: formatLocation(destination.location),
    mode,
    engines,
    notes,
    roles: Object.fromEntries(roles),
    buckets: by('bucket'),
    keys: by('key'),
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}

function policiesOf({ account, statements, onlyIf }: Block) {
  return {
    account,
    ...(statements.length > 0 && { policy: document(statements) }),
    onlyIf: onlyIf.map(({ when, statements: more }) => ({ when, policy: document(more) })),
  };
}

function document(statements: readonly Statement[]) {
  return { Version: '2012-10-17', Statement: statements };
}
