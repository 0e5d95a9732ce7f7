/** What may be left when the post step is over: nothing that costs, goes on, or tells. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { StepResult } from '../lab/github/runner.ts';
import { PROBE_KEY } from '../src/preflight/probe-key.ts';
import { assertAbsent, type Run } from '../test/e2e/stage.ts';
import type { Judge } from './judge.ts';
import type { Scene } from './scene.ts';

export interface Ended {
  readonly run: Run;
  /** Where there was one. */
  readonly post: StepResult | undefined;
  /** A job is meant to be collected by the next run. */
  readonly mayGoOn: boolean;
  /** A run was ended at once, perhaps while it tried whether it may write: that upload has no parts, and costs nothing. */
  readonly mayProbe: boolean;
}

export async function judgeLeftovers(
  { stage, work, goingOn, inputs }: Scene,
  judge: Judge,
  where: string,
  { run, post, mayGoOn, mayProbe }: Ended,
): Promise<void> {
  judge.check('nothing left', where, () => {
    for (const bucket of [stage.from, stage.to, ...(work ? [work] : [])])
      assert.deepEqual(
        [...bucket.uploads.values()]
          .map(({ key }) => key)
          .filter(key => !(mayProbe && key.endsWith(PROBE_KEY))),
        [],
        `uploads are open in ${bucket.name}`,
      );
    if (!mayGoOn) assert.deepEqual(goingOn(), [], 'work goes on');
    assert.equal(post?.code ?? 0, 0, post?.log);
    assert.doesNotMatch(post?.log ?? '', /Clean-up did not finish/);
    const scratch = readdirSync(run.workspace).filter(
      name => name.startsWith('s3-sync-') && name !== (inputs.report ?? 's3-sync-report'),
    );
    assert.deepEqual(scratch, [], 'files of the run lie about');
  });
  const secrets = stage.lab.iam.sessions.all().flatMap(one => [one.secretAccessKey, one.sessionToken]);
  const texts = {
    log: run.log,
    summary: run.summary,
    post: post?.log ?? '',
    outputs: JSON.stringify(run.outputs),
  };
  await judge.checkLater('no secret', where, () => assertAbsent(secrets, texts, run.workspace));
}
