/** A runner whose clock is wrong: AWS refuses what is signed fifteen minutes off, and says what time it is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import { contents, GIB, MINUTE, openLab, setStage } from './stage.ts';

const lab = await openLab();

describe('a clock that is wrong', () => {
  for (const minutes of [25, -25, 180, -180]) {
    test(`by ${-minutes} minutes keeps nothing from arriving, and no session from lasting`, async () => {
      lab.clock.set(new Date(Date.now() + minutes * MINUTE));
      const s = setStage(lab);
      for (let n = 0; n < 5; n++) s.from.put(`object-${n}`, `content ${n}`);
      // Asked for by HEAD, whose answer cannot say that it is about the clock.
      s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
      s.to.put('extra', 'x');
      const sessions = lab.requests.count('AssumeRoleWithWebIdentity');
      const run = await s.run({ delete: 'true', 'max-delete': '100%' });
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(contents(s.to), contents(s.from));
      assert.equal(lab.requests.count('AssumeRoleWithWebIdentity') - sessions, 2, 'one for each side');
    });
  }
});
