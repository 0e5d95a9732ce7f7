/** As much of CloudFormation as the templates of `setup/` ask for: what a stack with these parameters consists of. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export interface Stack {
  /** Properties of the resources that are made, by their logical names. */
  readonly resources: Readonly<Record<string, { readonly Type: string; readonly Properties: never }>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Stands for `AWS::NoValue`, which leaves out what has it. */
const NO_VALUE = Symbol('AWS::NoValue');

/** @param given parameters; lists as texts with commas, as CloudFormation takes them */
export function stackOf(path: string, account: string, given: Readonly<Record<string, string>>): Stack {
  const document = parseDocument(readFileSync(path, 'utf8'), { logLevel: 'silent' });
  assert.deepEqual(document.errors, []);
  const template = document.contents as YAMLMap;
  const part = (name: string) => template.get(name) as YAMLMap;
  const parameters = valuesOf(part('Parameters'), given);
  const pseudo = { 'AWS::AccountId': account, 'AWS::Partition': 'aws', 'AWS::NoValue': NO_VALUE };
  const named: Readonly<Record<string, unknown>> = { ...parameters, ...pseudo };

  const holds = (condition: unknown): boolean => evaluate(part('Conditions').get(condition, true)) === true;
  const FUNCTIONS: Readonly<Record<string, (value: never, node: unknown) => unknown>> = {
    '!Ref': (name: string) => named[name] ?? name,
    '!Sub': (text: string) =>
      text.replace(/\$\{([^}]+)\}/g, (_, name) => {
        assert.equal(typeof named[name], 'string', name);
        return String(named[name]);
      }),
    '!GetAtt': (name: string) => {
      const role = evaluate((part('Resources').get(name.split('.')[0]) as YAMLMap).get('Properties', true));
      return `arn:aws:iam::${account}:role/${(role as { RoleName: string }).RoleName}`;
    },
    '!Equals': ([one, other]: [unknown, unknown]) => one === other,
    '!And': (all: boolean[]) => all.every(Boolean),
    '!Condition': (name: string) => holds(name),
  };

  function evaluate(node: unknown): unknown {
    if (isSeq(node) && node.tag === '!If') {
      const [condition, yes, no] = (node as YAMLSeq).items;
      return evaluate(holds(String(condition)) ? yes : no);
    }
    const value = plain(node);
    const { tag } = node as { tag?: string };
    const of = tag?.startsWith('!') ? FUNCTIONS[tag] : undefined;
    assert.ok(of !== undefined || !/^!\w/.test(tag ?? ''), tag);
    return of === undefined ? value : of(value as never, node);
  }

  function plain(node: unknown): unknown {
    if (isSeq(node)) return node.items.map(evaluate).filter(value => value !== NO_VALUE);
    if (isMap(node))
      return Object.fromEntries(
        node.items
          .map(({ key, value }) => [String(key), evaluate(value)] as const)
          .filter(([, value]) => value !== NO_VALUE),
      );
    return isScalar(node) ? node.value : node;
  }

  const made = (name: string): [string, Json][] =>
    part(name)
      .items.filter(({ value }) => {
        const condition = (value as YAMLMap).get('Condition');
        return condition === undefined || holds(condition);
      })
      .map(({ key, value }) => [String(key), evaluate(value) as Json]);
  return {
    resources: Object.fromEntries(made('Resources')) as unknown as Stack['resources'],
    outputs: Object.fromEntries(
      made('Outputs').map(([name, output]) => [name, (output as { Value: string }).Value]),
    ),
  };
}

/** What the parameters are, each by its own rules. */
function valuesOf(
  declared: YAMLMap,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const parameters = declared.toJSON() as Record<string, Record<string, string | string[]>>;
  for (const name of Object.keys(given)) assert.ok(name in parameters, name);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { Type, Default, AllowedPattern, AllowedValues }]) => {
      const text = given[name] ?? Default;
      assert.ok(text !== undefined, `${name} has no default`);
      const values = Type === 'CommaDelimitedList' ? String(text).split(',') : [String(text)];
      for (const value of values) {
        if (AllowedPattern !== undefined) assert.match(value, new RegExp(String(AllowedPattern)), name);
        if (AllowedValues !== undefined) assert.ok(AllowedValues.includes(value), name);
      }
      return [name, Type === 'CommaDelimitedList' ? values : String(text)];
    }),
  );
}
