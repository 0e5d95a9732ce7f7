/**
 * A lab as the README's quick start leaves AWS: its blocks run in one shell, by the letter, with an `aws` that writes down
 * what it is told; the lab then does it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseArgs } from 'node:util';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { run } from './run.ts';

export const SOURCE = { account: '111122223333', region: 'eu-west-1', name: 'octo-source' };
export const DESTINATION = { account: '444455556666', region: 'eu-central-1', name: 'octo-destination' };
const OWNERS = { source: SOURCE.account, destination: DESTINATION.account };

/** Writes each command line down, its arguments apart by zeros, and answers `gh` as GitHub would. */
const SHELL = `
set -euo pipefail
aws() { printf '%s\\0' "$@" >> calls; printf '\\n\\0' >> calls; }
gh() { echo 'repo:octo-org@123456/octo-repo@456789'; }
`;

/** @returns a lab with both buckets, empty, and with what the quick start makes */
export async function quickStart(t: TestContext): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'quick-start-'));
  const lab = await startLab();
  t.after(() => Promise.all([lab.close(), rm(folder, { recursive: true })]));
  for (const bucket of [SOURCE, DESTINATION]) {
    lab.iam.accounts.add(bucket.account);
    lab.s3.createBucket(bucket);
  }
  const blocks = await blocksOf('sh');
  await run('bash', ['-c', `cd '${folder}'\n${SHELL}\n${blocks.join('\n')}`]);
  const calls = (await readFile(join(folder, 'calls'), 'utf8')).split('\n\0').slice(0, -1);
  for (const call of calls) await obey(lab, folder, call.split('\0').slice(0, -1));
  return lab;
}

/** The blocks of a language that the quick start has. */
export async function blocksOf(language: 'sh' | 'yaml'): Promise<string[]> {
  const readme = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const [, section = ''] = /\n## Quick start\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].filter(([, name]) => name === language);
  assert.notEqual(blocks.length, 0);
  return blocks.map(([, , block = '']) => block);
}

/** Does what a command line of `aws` asks for. */
async function obey(lab: Lab, folder: string, args: readonly string[]): Promise<void> {
  const { accounts } = lab.iam;
  const string = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      profile: string,
      url: string,
      'client-id-list': string,
      'role-name': string,
      'assume-role-policy-document': string,
      'policy-name': string,
      'policy-document': string,
      bucket: string,
      policy: string,
    },
  });
  const { profile, url = '', 'role-name': name = '', bucket = '' } = values;
  assert.ok(profile === 'source' || profile === 'destination', `profile ${profile}`);
  const account = OWNERS[profile];
  const document = async (path = ''): Promise<PolicyDocument> =>
    JSON.parse(await readFile(join(folder, path.replace('file://', '')), 'utf8'));
  switch (positionals.join(' ')) {
    case 'iam create-open-id-connect-provider':
      accounts.addOidcProvider(account, new URL(url).host, [values['client-id-list'] ?? '']);
      break;
    case 'iam create-role': {
      const trustPolicy = JSON.parse(values['assume-role-policy-document'] ?? '');
      accounts.addRole({ account, name, trustPolicy, policies: {} });
      break;
    }
    case 'iam put-role-policy': {
      const policy = await document(values['policy-document']);
      accounts.putPolicy(`arn:aws:iam::${account}:role/${name}`, values['policy-name'] ?? '', policy);
      break;
    }
    case 's3api put-bucket-policy':
      assert.equal(lab.s3.bucket(bucket).account, account);
      lab.s3.bucket(bucket).policy = await document(values.policy);
      break;
    default:
      assert.fail(`The quick start has an unknown command: aws ${args.join(' ')}`);
  }
}
