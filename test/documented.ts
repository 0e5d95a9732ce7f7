/** Policies as docs/permissions.md has them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const permissions = readFileSync('docs/permissions.md', 'utf8');

/** The statements of the policy below the marker of this name. */
export function documented(name: string): unknown {
  const [, json] =
    new RegExp(`<!-- policy: ${name} -->\n\`\`\`json\n([^]*?)\n\`\`\``).exec(permissions) ?? [];
  assert.ok(json, name);
  return JSON.parse(json).Statement;
}
