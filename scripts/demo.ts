/**
 * The action at work, on this machine: two accounts and their buckets in the lab, the built action as a process of its
 * own, started the way GitHub's runner starts it. Twice, because a second run has nothing left to do.
 */
import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { makeAwkward } from '../lab/awkward.ts';
import { runAction } from '../lab/github/runner.ts';
import { startLab } from '../lab/lab.ts';
import { twoAccounts } from '../lab/worlds.ts';
import { PRESERVABLE } from '../src/model/settings.ts';

const OBJECTS = 1000;
const PREFIX = 'from-source/';

const lab = await startLab();
// Only such buckets hold histories, locks and access control lists, which the run is to carry as well.
const guarded = { objectLock: {}, ownership: 'BucketOwnerPreferred' } as const;
const { source, destination } = twoAccounts(lab, { source: guarded, destination: guarded, versions: true });
const [from, to] = [lab.s3.bucket(source.bucket), lab.s3.bucket(destination.bucket)];
const expected = makeAwkward(from, to, PREFIX, OBJECTS, lab.clock.now());

console.log(
  `Account ${source.account} owns s3://${source.bucket} in ${source.region}: ${expected.listed} objects.`,
);
console.log(`Account ${destination.account} owns s3://${destination.bucket} in ${destination.region}.`);

const first = await run(
  'first',
  'The first run copies what is missing or changed and deletes what only the destination has',
);
assert.equal(first.outputs['objects-copied'], String(expected.copied));
assert.equal(first.outputs['objects-deleted'], String(expected.deleted));

const second = await run('second', 'A second run finds nothing to do');
assert.equal(second.outputs['objects-copied'], '0');
assert.equal(second.outputs['objects-unchanged'], String(expected.copied + expected.unchanged));

console.log(`\n${first.summary}`);
console.log('Report of the first run:');
for (const name of ['report.html', 'report.json', 'objects.ndjson', 'summary.md']) {
  console.log(`  ${join(first.outputs.report ?? '', name)}`);
}
await lab.close();

async function run(name: string, title: string) {
  console.log(`\n=== ${title}\n`);
  const step = await runAction({
    action: join(import.meta.dirname, '..'),
    inputs: {
      source: `s3://${source.bucket}/`,
      destination: `s3://${destination.bucket}/${PREFIX}`,
      'source-role': source.role,
      'destination-role': destination.role,
      delete: 'true',
      preserve: PRESERVABLE.join(', '),
      verify: 'checksum',
      artifact: `s3-sync-report-${name}`,
    },
    environment: { ...lab.environment(), ...lab.github.environment() },
    onLine: line => console.log(asOnThePage(line)),
  });
  assert.equal(step.code, 0, 'the run should succeed');
  assert.equal(step.outputs.verified, 'true');
  return step;
}

/** The page of a run folds groups and colours annotations; a terminal has words. */
function asOnThePage(line: string): string {
  const [, command, text] = /^::(group|endgroup|warning|error)[^:]*::(.*)$/.exec(line) ?? [];
  if (command === undefined) return line;
  return command === 'group' ? `▼ ${text}` : command === 'endgroup' ? '' : `${command}: ${text}`;
}
