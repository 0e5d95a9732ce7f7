/** The command lines that we show people are those that the program takes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Settings } from '../src/model/settings.ts';
import { parseSettings } from '../src/settings/parse.ts';
import { EXIT_CODE } from '../src/terminal/exit-code.ts';
import { readFlags } from '../src/terminal/flags.ts';
import { FILE_VARIABLE, TOKEN_VARIABLE } from '../src/terminal/id-token.ts';

/** The settings of a command as a shell would hand it over. */
function settingsOf(command: string): Settings {
  const words = command.replaceAll('\\\n', ' ').match(/(?:[^\s']|'[^']*')+/g) ?? [];
  const [npx, yes, program, ...args] = words.map(word => word.replaceAll("'", ''));
  assert.deepEqual([npx, yes, program], ['npx', '--yes', 's3-cross-account-sync@1']);
  const { inputs, problems } = readFlags(args);
  return parseSettings(inputs, new Date(), problems);
}

test('GitLab: a token for the program, and commands that it takes', async () => {
  const ci = parse(await readFile('examples/gitlab-ci.yml', 'utf8'), { merge: true });
  assert.deepEqual(ci['.s3-sync'].id_tokens, { [TOKEN_VARIABLE]: { aud: 'sts.amazonaws.com' } });
  for (const name of ['s3-sync', 's3-sync-plan']) assert.equal(ci[name].extends, '.s3-sync');
  const [sync, plan] = [settingsOf(ci['s3-sync'].script[0]), settingsOf(ci['s3-sync-plan'].script[0])];
  assert.deepEqual(sync.filter.exclude, ['tmp/**', '**/*.part']);
  assert.equal(plan.mode, 'dry-run');
  assert.deepEqual(ci['.s3-sync'].artifacts.paths, [`${sync.report.folder}/`]);
});

test('Jenkins: a token for the program, a command that it takes, and nothing left open', async () => {
  const text = await readFile('examples/Jenkinsfile', 'utf8');
  assert.match(text, new RegExp(`file\\(credentialsId: '[\\w-]+', variable: '${FILE_VARIABLE}'\\)`));
  const command = /sh '''([\s\S]*?)'''/.exec(text)?.[1] ?? '';
  const { report, sessionSeconds } = settingsOf(command);
  assert.equal(sessionSeconds, 6 * 3600);
  assert.ok(text.includes(`archiveArtifacts artifacts: '${report.folder}/**'`));
  const code = text.replace(/'''[\s\S]*?'''|'[^']*'|\/\/.*/g, '');
  const open: string[] = [];
  for (const mark of code.match(/[()[\]{}]/g) ?? []) {
    if ('([{'.includes(mark)) open.push(mark);
    else assert.match(`${open.pop()}${mark}`, /^(\(\)|\[\]|\{\})$/);
  }
  assert.deepEqual(open, []);
});

test('the exit codes are the documented ones', async () => {
  const text = await readFile('docs/cli.md', 'utf8');
  const documented = [...text.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
  assert.deepEqual(documented, Object.values(EXIT_CODE));
});
