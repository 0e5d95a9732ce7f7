/** Policies as docs/permissions.md and the quick start have them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Statement } from '../src/aws/policies.ts';

const permissions = readFileSync('docs/permissions.md', 'utf8');
const readme = readFileSync('README.md', 'utf8');

/** The statements below the marker of this name: those of a policy, or alone. */
export function documented(name: string): Statement[] {
  const [, json] =
    new RegExp(`<!-- policy: ${name} -->\n\`\`\`json\n([^]*?)\n\`\`\``).exec(permissions) ?? [];
  assert.ok(json, name);
  const text = JSON.parse(json);
  return [text.Statement ?? text].flat();
}

const NAMES: Readonly<Record<string, string>> = {
  SOURCE_ACCOUNT: '111122223333',
  DESTINATION_ACCOUNT: '444455556666',
  SOURCE_BUCKET: 'octo-source',
  DESTINATION_BUCKET: 'octo-destination',
};

/** The statements that the quick start of the README writes into a file, with the names that the documentation uses. */
export function quickStart(file: string): Statement[] {
  const [, json] = new RegExp(`cat > ${file} <<JSON\n([^]*?)\nJSON\n`).exec(readme) ?? [];
  assert.ok(json, file);
  return JSON.parse(json.replace(/\$(\w+)/g, (_, name) => NAMES[name] ?? `$${name}`)).Statement;
}

/** The trust policy that the quick start gives to a role of this account, for the branch `main` of the lab's repository. */
export function trustOfQuickStart(account: string): Statement[] {
  const [, json] = /trust_policy\(\) \{[^\n]*\n {2}cat <<JSON\n([\s\S]*?)\nJSON\n/.exec(readme) ?? [];
  assert.ok(json, 'trust_policy');
  const names: Readonly<Record<string, string>> = {
    1: account,
    CLASSIC: 'repo:octo-org/octo-repo',
    IMMUTABLE: 'repo:octo-org@123456/octo-repo@456789',
    BRANCH: 'main',
  };
  return JSON.parse(json.replace(/\$(\w+)/g, (_, name) => names[name] ?? `$${name}`)).Statement;
}
