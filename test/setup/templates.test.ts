/** The templates make the very roles and policies that the command line prints for the same inputs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSettings } from '../../src/settings/parse.ts';
import type { Block } from '../../src/setup/arrange.ts';
import type { Kind } from '../../src/setup/entry.ts';
import { policiesFor } from '../../src/setup/policies.ts';
import { type Stack, stackOf } from './cloudformation.ts';

const ACCOUNTS = { source: '111122223333', destination: '444455556666' } as const;
type Side = keyof typeof ACCOUNTS;
const SIDES: readonly Side[] = ['source', 'destination'];
const SUBJECTS = ['repo:octo-org/octo-repo:environment:sync', 'repo:octo-org@1/octo-repo@2:environment:sync'];

const role = (side: Side, name: string) => `arn:aws:iam::${ACCOUNTS[side]}:role/${name}`;
const WORK = 's3://octo-work/manifests/';

/** Each engine: the inputs that name its service, and the parameters for the same. */
const ENGINES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  copy: {},
  stream: {},
  datasync: { 'datasync-role': role('source', 's3-sync-datasync'), 'work-location': WORK },
  batch: { 'batch-role': role('destination', 's3-sync-batch'), 'work-location': WORK },
  replication: { 'replication-role': role('source', 's3-sync-replication'), 'work-location': WORK },
};

interface Choice {
  readonly engine: string;
  readonly prefix: string;
  readonly deletes: boolean;
  readonly looks: boolean;
  readonly rest: boolean;
}

const CHOICES: readonly Omit<Choice, 'engine'>[] = [
  { prefix: '', deletes: false, looks: true, rest: true },
  { prefix: 'photos/2026/', deletes: true, looks: false, rest: true },
  { prefix: '', deletes: true, looks: true, rest: false },
];

for (const engine of Object.keys(ENGINES)) {
  describe(`engine ${engine}`, () => {
    for (const { prefix, deletes, looks, rest } of CHOICES) {
      const choice = { engine, prefix, deletes, looks, rest };
      const said = `prefix "${prefix}", delete ${deletes}, checks that look ${looks}, the rest ${rest}`;
      const stacks = { source: made('source', choice), destination: made('destination', choice) };
      const blocks = printed(choice);

      for (const side of SIDES) {
        test(`the roles of the ${side} account: ${said}`, () => {
          assert.deepEqual(rolesOf(stacks[side], side), expected(blocks, 'role', side));
        });
        test(`whom they trust: ${said}, ${side}`, () => {
          assert.deepEqual(trustsOf(stacks[side], side), expected(blocks, 'trust', side));
        });
        test(`the statements for the ${side} bucket: ${said}`, () => {
          assert.deepEqual(bucketsOf(stacks[side], side), expected(blocks, 'bucket', side));
        });
      }

      test(`the outputs are the inputs of the run: ${said}`, () => {
        const arns = SIDES.flatMap(side => Object.entries(stacks[side].outputs)).flatMap(([name, value]) =>
          name.endsWith('RoleArn') ? [value] : [],
        );
        const services = Object.entries(ENGINES[engine] ?? {}).flatMap(([name, value]) =>
          name.endsWith('-role') ? [value] : [],
        );
        const ours = [role('source', 's3-sync-source'), role('destination', 's3-sync-destination')];
        assert.deepEqual(arns.toSorted(), [...ours, ...services].toSorted());
      });
    }
  });
}

test('a provider is made where there is none', () => {
  const choice = { engine: 'copy', prefix: '', deletes: false, looks: true, rest: true };
  for (const side of SIDES) {
    assert.ok('OidcProvider' in made(side, choice, { CreateOidcProvider: 'true' }).resources);
    assert.equal('OidcProvider' in made(side, choice, { CreateOidcProvider: 'false' }).resources, false);
  }
});

test('no two engines share the name of a policy, so that an update from one to the other leaves the new one', () => {
  for (const side of SIDES) {
    const names = Object.keys(ENGINES).flatMap(engine => {
      const { resources } = made(side, { engine, prefix: '', deletes: false, looks: true, rest: true });
      return Object.values(resources).flatMap(({ Type, Properties }) =>
        Type === 'AWS::IAM::RolePolicy' ? [(Properties as { PolicyName: string }).PolicyName] : [],
      );
    });
    assert.deepEqual(
      names,
      Object.keys(ENGINES).map(engine => `s3-sync-${engine}`),
    );
  }
});

test('a subject of wildcards is refused', () => {
  const choice = { engine: 'copy', prefix: '', deletes: false, looks: true, rest: true };
  for (const Subjects of ['*', 'repo:octo-org/*', 'repo:octo-org/octo-repo:*']) {
    assert.throws(() => made('source', choice, { Subjects }), /Subjects/);
  }
});

/** The stack of an account. */
function made(side: Side, choice: Choice, more: Readonly<Record<string, string>> = {}): Stack {
  const { engine, prefix, deletes, looks, rest } = choice;
  const served = 'work-location' in (ENGINES[engine] ?? {});
  return stackOf(`setup/${side}-account.yaml`, ACCOUNTS[side], {
    Engine: engine,
    ...(side === 'source'
      ? { DestinationAccount: ACCOUNTS.destination }
      : { SourceAccount: ACCOUNTS.source, AllowDeletes: String(deletes) }),
    SourceBucket: 'octo-source',
    SourcePrefix: prefix,
    DestinationBucket: 'octo-destination',
    DestinationPrefix: prefix,
    Subjects: SUBJECTS.join(','),
    LetChecksLook: String(looks),
    CopyTheRest: String(rest),
    ...(served && { WorkBucket: 'octo-work', WorkFolder: 'manifests/' }),
    ...more,
  });
}

/** What the command line prints for the same. */
function printed({ engine, prefix, deletes, looks, rest }: Choice): Block[] {
  const inputs = {
    source: `s3://octo-source/${prefix}`,
    destination: `s3://octo-destination/${prefix}`,
    'source-role': role('source', 's3-sync-source'),
    'destination-role': role('destination', 's3-sync-destination'),
    delete: String(deletes),
    engine,
    ...ENGINES[engine],
  };
  const { blocks } = policiesFor(parseSettings(new Map(Object.entries(inputs))), SUBJECTS);
  const holds = (when: string) =>
    (looks && /^the checks|^service roles/.test(when)) || (rest && /copied from here$/.test(when));
  return blocks.map(block => ({
    ...block,
    statements: [
      ...block.statements,
      ...block.onlyIf.flatMap(({ when, statements }) => (holds(when) ? statements : [])),
    ],
  }));
}

type Statements = Readonly<Record<string, readonly unknown[]>>;

function expected(blocks: readonly Block[], kind: Kind, side: Side): Statements {
  const these = blocks.filter(block => block.kind === kind && block.account === ACCOUNTS[side]);
  return Object.fromEntries(
    these.filter(({ statements }) => statements.length > 0).map(block => [block.name, block.statements]),
  );
}

interface Role {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly unknown[] };
  readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly unknown[] } }[];
}

function resourcesOf(stack: Stack): readonly [logical: string, role: Role][] {
  return Object.entries(stack.resources).flatMap(([logical, { Type, Properties }]) =>
    Type === 'AWS::IAM::Role' ? [[logical, Properties as Role]] : [],
  );
}

function rolesOf(stack: Stack, side: Side): Statements {
  const apart = Object.values(stack.resources).filter(({ Type }) => Type === 'AWS::IAM::RolePolicy');
  return Object.fromEntries(
    resourcesOf(stack).map(([logical, { RoleName, Policies = [] }]) => {
      const own = (apart.map(({ Properties }) => Properties) as RolePolicy[]).filter(
        policy => policy.RoleName === logical,
      );
      const all = [...Policies, ...own].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      return [role(side, RoleName), all];
    }),
  );
}

interface RolePolicy {
  readonly RoleName: string;
  readonly PolicyDocument: { readonly Statement: readonly unknown[] };
}

function trustsOf(stack: Stack, side: Side): Statements {
  return Object.fromEntries(
    resourcesOf(stack).map(([, { RoleName, AssumeRolePolicyDocument }]) => [
      role(side, RoleName),
      AssumeRolePolicyDocument.Statement,
    ]),
  );
}

/** The outputs that are pasted into the policy of a bucket, together. */
function bucketsOf({ outputs }: Stack, side: Side): Statements {
  const texts = Object.entries(outputs).flatMap(([name, value]) =>
    name.includes('BucketPolicy') ? [value] : [],
  );
  return texts.length === 0 ? {} : { [`octo-${side}`]: texts.flatMap(text => JSON.parse(`[${text}]`)) };
}
