/** The policies in docs/permissions.md allow what is printed for the same inputs, action by action. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Statement } from '../../src/aws/policies.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import type { Kind } from '../../src/setup/entry.ts';
import { policiesFor } from '../../src/setup/policies.ts';
import { documented } from '../documented.ts';

const ROLES = {
  'source-role': 'arn:aws:iam::111122223333:role/s3-sync-source',
  'destination-role': 'arn:aws:iam::444455556666:role/s3-sync-destination',
};

/** The name of a documented policy, the inputs it is for, and where it belongs. */
const CASES: readonly (readonly [
  name: string,
  inputs: Readonly<Record<string, string>>,
  kind: Kind,
  of: string,
])[] = [
  ['plan-destination', { mode: 'dry-run' }, 'role', ROLES['destination-role']],
  ['copy-as-source-source', { 'copy-as': 'source' }, 'role', ROLES['source-role']],
  ['copy-as-source-destination', { 'copy-as': 'source' }, 'role', ROLES['destination-role']],
  ['copy-as-source-bucket', { 'copy-as': 'source' }, 'bucket', 'octo-destination'],
  ['stream-source', { engine: 'stream' }, 'role', ROLES['source-role']],
  ['stream-destination', { engine: 'stream' }, 'role', ROLES['destination-role']],
];

for (const [name, inputs, kind, of] of CASES) {
  test(name, () => {
    const all = { source: 's3://octo-source', destination: 's3://octo-destination', ...ROLES, ...inputs };
    const { blocks } = policiesFor(parseSettings(new Map(Object.entries(all))), []);
    const printed = blocks.find(block => block.kind === kind && block.name === of);
    assert.deepEqual(allowed(documented(name) as Statement[]), allowed(printed?.statements ?? []));
  });
}

function allowed(statements: readonly Statement[]): string[] {
  const all = statements.flatMap(({ Action, Resource, Principal }) =>
    [Action]
      .flat()
      .flatMap(action =>
        [Resource ?? []].flat().map(resource => JSON.stringify([action, resource, Principal])),
      ),
  );
  return [...new Set(all)].sort();
}
