/** The templates of `setup/` before the linter of CloudFormation. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLab } from './open-lab.ts';
import { need, unless } from './programs.ts';
import { run } from './run.ts';

const lint = (path: string) => run(need('cfn-lint'), [path]);

for (const side of ['source', 'destination']) {
  const template = `setup/${side}-account.yaml`;

  test(`it finds nothing in ${template}`, unless('cfn-lint'), async () => {
    assert.equal(await lint(template), '');
  });

  test(`it would find a parameter of ${template} that nobody declared`, unless('cfn-lint'), async t => {
    const { folder } = await openLab(t);
    const broken = join(folder, 'broken.yaml');
    await writeFile(broken, (await readFile(template, 'utf8')).replace(/\{SourceBucket\}/, '{Nobody}'));
    await assert.rejects(lint(broken), /'Nobody' is not one of/);
  });
}
