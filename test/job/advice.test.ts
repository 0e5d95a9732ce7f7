/** What is denied is looked into, but not while somebody waits for the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stop } from '../../src/sync/stop.ts';
import { jobsOnLab } from './job-on-lab.ts';

const { lab, setStage } = await jobsOnLab();

for (const isHurried of [false, true]) {
  test(`a denial is ${isHurried ? 'not ' : ''}looked into by a run that ${isHurried ? 'is stopped' : 'goes on to its end'}`, async () => {
    const s = setStage();
    s.from.put('object', 'content');
    const stop = new Stop();
    const heal = lab.faults.add({
      operation: 'CopyObject',
      kind: 'forge',
      answer: () => {
        if (isHurried) stop.hurry();
        return {
          status: 403,
          headers: {},
          body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
        };
      },
    });
    const { report } = await s.run({}, stop);
    heal();
    assert.equal(report.totals.failed, 1);
    const looks = s.requests('CreateMultipartUpload').filter(({ key }) => key === 'object');
    assert.equal(looks.length > 0, !isHurried);
  });
}
