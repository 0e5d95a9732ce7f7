/**
 * Writes into the templates of `setup/` the statements that `s3-cross-account-sync policies` prints, between
 * `# begin ENGINE KIND NAME` and `# end`: `role` and `trust` as the items of a list, `bucket` as the text of an output.
 */
import { Document, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Statement } from '../src/aws/policies.ts';
import type { Side } from '../src/model/objects.ts';
import type { EngineName, Settings } from '../src/model/settings.ts';
import { parseSettings } from '../src/settings/parse.ts';
import type { Block } from '../src/setup/arrange.ts';
import type { Kind } from '../src/setup/entry.ts';
import { policiesFor } from '../src/setup/policies.ts';

/** Conditions of the templates, by what stands in the words of the ones that are printed. */
const CONDITIONS: readonly (readonly [name: string, when: RegExp])[] = [
  ['ChecksLook', /^(the checks are to know|service roles are to be looked at)/],
  ['CopiesTheRest', /^there are objects that .* copied from here$/],
];

/** Names that stand for the parameters of a template while statements are composed. */
const [SOURCE, DESTINATION, SUBJECT] = ['000000000001', '000000000002', 'repo:OWNER/NAME:SUBJECT'];
const ROLES: Readonly<Record<string, string>> = {
  'source-role': `arn:aws:iam::${SOURCE}:role/SOURCE-ROLE`,
  'destination-role': `arn:aws:iam::${DESTINATION}:role/DESTINATION-ROLE`,
  'datasync-role': `arn:aws:iam::${SOURCE}:role/DATASYNC-ROLE`,
  'batch-role': `arn:aws:iam::${DESTINATION}:role/BATCH-ROLE`,
  'replication-role': `arn:aws:iam::${SOURCE}:role/REPLICATION-ROLE`,
};

const PARAMETERS: Readonly<Record<Side, readonly (readonly [name: string, parameter: string])[]>> = {
  source: [
    [SOURCE, 'AWS::AccountId'],
    [DESTINATION, 'DestinationAccount'],
  ],
  destination: [
    [SOURCE, 'SourceAccount'],
    [DESTINATION, 'AWS::AccountId'],
  ],
};
const SHARED: readonly (readonly [name: string, parameter: string])[] = [
  ['source-bucket', 'SourceBucket'],
  ['destination-bucket', 'DestinationBucket'],
  ['work-bucket', 'WorkBucket'],
  ['FROM/', 'SourcePrefix'],
  ['TO/', 'DestinationPrefix'],
  ['WORK/', 'WorkFolder'],
  ['SOURCE-ROLE', 'SourceRoleName'],
  ['DESTINATION-ROLE', 'DestinationRoleName'],
  ['DATASYNC-ROLE', 'DataSyncRoleName'],
  ['BATCH-ROLE', 'BatchRoleName'],
  ['REPLICATION-ROLE', 'ReplicationRoleName'],
];

/** The template with fresh statements. */
export function withStatements(template: string, side: Side): string {
  const marked = /^( *)# begin (\S+) (\S+) (\S+)(?: (\S+))?\n[\s\S]*?^ *# end$/gm;
  return template.replace(marked, (_, indent, engine, kind, name, condition) => {
    const statements = statementsOf(engine, kind, name);
    const text = kind === 'bucket' ? output(statements, condition, side) : list(statements, side);
    const lines = text.trimEnd().split('\n');
    const words = [engine, kind, name, ...(condition === undefined ? [] : [condition])];
    return [`# begin ${words.join(' ')}`, ...lines, '# end'].map(line => indent + line).join('\n');
  });
}

interface Conditional {
  readonly statement: Statement;
  /** Name of a condition of the template. */
  readonly condition: string | undefined;
}

/** @throws Error for a marker that names nothing */
function statementsOf(engine: EngineName, kind: Kind, name: string): Conditional[] {
  const find = (deletes: boolean) =>
    blocksOf(engine, deletes).find(one => one.kind === kind && one.name === (ROLES[name] ?? name));
  const [kept, deleted] = [find(false), find(true)];
  if (kept === undefined || deleted === undefined)
    throw new Error(`No ${kind} ${name} with engine ${engine}.`);
  const always = new Set(kept.statements.map(({ Sid }) => Sid));
  return [
    ...deleted.statements.map(statement => ({
      statement,
      condition: always.has(statement.Sid) ? undefined : 'Deletes',
    })),
    ...deleted.onlyIf.flatMap(({ when, statements }) => {
      const [condition] = CONDITIONS.find(([, words]) => words.test(when)) ?? [];
      return condition === undefined ? [] : statements.map(statement => ({ statement, condition }));
    }),
  ];
}

function blocksOf(engine: EngineName, deletes: boolean): readonly Block[] {
  const inputs = {
    source: 's3://source-bucket/FROM/',
    destination: 's3://destination-bucket/TO/',
    'source-role': ROLES['source-role'] ?? '',
    'destination-role': ROLES['destination-role'] ?? '',
    delete: String(deletes),
  };
  const settings = parseSettings(new Map(Object.entries(inputs)));
  // What must hold between prefixes is for whoever runs the engine to see to.
  const withService: Settings = {
    ...settings,
    engine,
    workLocation: { bucket: 'work-bucket', prefix: 'WORK/' },
    dataSync: { ...settings.dataSync, roleArn: ROLES['datasync-role'] },
    batch: { ...settings.batch, roleArn: engine === 'batch' ? ROLES['batch-role'] : undefined },
    replication: { ...settings.replication, roleArn: ROLES['replication-role'] },
  };
  return policiesFor(withService, [SUBJECT]).blocks;
}

/** Items of a list, in YAML. */
function list(statements: readonly Conditional[], side: Side): string {
  const document = new Document([]);
  const items = statements.map(({ statement, condition }) => {
    const node = document.createNode(statement);
    substitute(node, side);
    return condition === undefined ? node : sequence('!If', new Scalar(condition), node, NOTHING);
  });
  document.contents = sequence(undefined, ...items) as never;
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function sequence(tag: string | undefined, ...items: readonly unknown[]): YAMLSeq {
  const made = new YAMLSeq();
  made.items = [...items];
  if (tag !== undefined) made.tag = tag;
  return made;
}

function tagged(tag: string, value: string): Scalar {
  const scalar = new Scalar(value);
  scalar.tag = tag;
  return scalar;
}

const NOTHING = tagged('!Ref', 'AWS::NoValue');

/** Every text that names a parameter becomes a substitution, and the subjects become the list of them. */
function substitute(node: unknown, side: Side): void {
  if (node instanceof YAMLSeq) for (const item of node.items) substitute(item, side);
  if (!(node instanceof YAMLMap)) {
    if (!(node instanceof Scalar) || typeof node.value !== 'string') return;
    const text = named(node.value, side);
    if (text !== node.value) Object.assign(node, { value: text, tag: '!Sub' });
    return;
  }
  for (const pair of node.items) {
    const { value } = pair;
    if (value instanceof YAMLSeq && value.toJSON().includes(SUBJECT)) pair.value = tagged('!Ref', 'Subjects');
    else substitute(value, side);
  }
}

function named(text: string, side: Side): string {
  const names = [...SHARED, ...PARAMETERS[side]];
  const substituted = names.reduce(
    (all, [name, parameter]) => all.replaceAll(name, `\${${parameter}}`),
    text,
  );
  return substituted.replaceAll('arn:aws:', `arn:\${AWS::Partition}:`);
}

/** Statements to paste, as the value of an output. */
function output(statements: readonly Conditional[], wanted: string | undefined, side: Side): string {
  const texts = statements
    .filter(({ condition }) => condition === wanted)
    .map(({ statement }) => named(JSON.stringify(statement, null, 2), side));
  const lines = texts.join(',\n').split('\n');
  return ['Value: !Sub |-', ...lines.map(line => `  ${line}`)].join('\n');
}
