/** A disk that is full: what has become of the objects is told by all that is not on it. */
import assert from 'node:assert/strict';
import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runAction } from '../../lab/github/runner.ts';
import { ACTION, openLab, setStage, workspaces } from './stage.ts';

const lab = await openLab();
const skip = process.platform === 'linux' ? false : 'needs /dev/full';

for (const [file, written] of [
  ['objects.ndjson', 'objects.ndjson'],
  ['report.json', 'report.json.part'],
] as const) {
  test(`without room for ${file} the run fails, and log, summary and outputs say what was copied`, {
    skip,
  }, async () => {
    const { source, destination, from, to } = setStage(lab);
    for (const key of ['a', 'b', 'c']) from.put(key, key);
    const report = await mkdtemp(join(tmpdir(), 'report-'));
    workspaces.push(report);
    await symlink('/dev/full', join(report, written));
    const run = await runAction({
      action: ACTION,
      inputs: {
        source: `s3://${source.bucket}`,
        destination: `s3://${destination.bucket}`,
        'source-role': source.role,
        'destination-role': destination.role,
        artifact: '',
        report,
      },
      environment: { ...lab.environment(), ...lab.github.environment() },
    });
    workspaces.push(run.workspace);
    assert.equal(run.code, 1);
    assert.equal(to.size, 3);
    assert.deepEqual([run.outputs['objects-listed'], run.outputs['objects-copied']], ['3', '3']);
    assert.match(
      run.summary,
      /^## ❌ .* could not be written \(ENOSPC: .*\n\n\*\*3 objects\*\* .* copied from/,
    );
    assert.match(
      run.log,
      /^::error::.* could not be written \(ENOSPC: .*\)\. The disk of this machine is full\. /m,
    );
  });
}
