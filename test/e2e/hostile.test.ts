/**
 * Texts that some reader would act on (`lab/hostile.ts`), wherever they can come in, and all channels by which they could go
 * out (`channels.ts`). That a browser does nothing at them either is seen by `npm run look`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '../../lab/faults.ts';
import { HOSTILE } from '../../lab/hostile.ts';
import { startLab } from '../../lab/lab.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import { trustPolicy } from '../../lab/worlds.ts';
import { batchStage } from './batch-stage.ts';
import { assertFolder, assertHarmless, assertLine } from './channels.ts';
import { runCli } from './cli-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { replicationStage } from './replication-stage.ts';
import { type How, type Inputs, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

/** Many at once, where there is room for one text. */
const MIXED = HOSTILE.filter(text => text.length < 200).join(' ');
const DEBUG = { RUNNER_DEBUG: '1' };

/** What a preflight asks, and what comes of a refusal is told. */
const CHECKED = [
  'AssumeRoleWithWebIdentity',
  'GetCallerIdentity',
  'ListObjectsV2',
  'GetObject',
  'CreateMultipartUpload',
];

const escaped = (text: string) => text.replace(/[^a-z ]/gi, each => `&#${each.codePointAt(0)};`);

const forged = (forge: (body: string) => string): Effect => ({
  kind: 'forge',
  answer: ({ body, ...rest }) => ({ ...rest, body: forge(String(body)) }),
});

const refusal = (text: string) => ({ kind: 'error', status: 400, code: text, message: text }) as const;

/** Keys of which some arrive, some are refused in words as hostile, some are archived, and some are not asked for. */
function furnish(from: Bucket, to: Bucket): void {
  for (const [index, text] of HOSTILE.entries()) {
    from.put(text, text, { tags: { '=1+1@a/b:c': '@octo-org/everyone -2+3' } });
    from.put(`refused/${index}${text}`.slice(0, 250), 'x');
    from.put(`ice/${text}`.slice(0, 250), 'x', { storageClass: 'GLACIER' });
    to.put(`there/${text}`.slice(0, 250), 'x');
  }
}

/** Refuses the copies of some keys, each in words of its own. */
function refuse(s: Stage, operation: string): void {
  for (const [index, text] of HOSTILE.entries())
    s.fault({ operation, key: new RegExp(`^refused/${index}(?!\\d)`) }, refusal(text));
}

let pulls = 0;

/** A run for a pull request, with debug lines, held to what all channels may hold. */
async function harmless(s: Stage, inputs: Inputs = {}, environment: How['environment'] = {}): Promise<Run> {
  const number = ++pulls;
  const how: How = { environment: { ...DEBUG, ...environment }, pullRequest: { number } };
  const run = await s.run({ comment: 'true', ...inputs }, how);
  const [comment] = s.lab.github.comments.of(number);
  assert.ok(comment, run.log);
  await assertHarmless(run, comment.body);
  return run;
}

describe('hostile texts', { concurrency: 2 }, () => {
  for (const engine of ['copy', 'stream'] as const) {
    test(`as keys, tags and the words of S3 come to nothing: ${engine}`, async () => {
      const s = setStage(lab);
      furnish(s.from, s.to);
      refuse(s, engine === 'copy' ? 'CopyObject' : 'PutObject');
      const run = await harmless(s, { engine });
      const { failed, copied, skipped, kept } = run.report.totals;
      assert.deepEqual([failed, copied, skipped, kept], Array(4).fill(HOSTILE.length));
      // XML knows one kind of line end.
      const lines = (text: string) => text.replace(/\r\n?/g, '\n');
      const told = new Set(run.report.failures.map(({ code }) => lines(code)));
      assert.deepEqual(told, new Set(HOSTILE.map(lines)), 'letter by letter');
    });
  }

  test('as keys and the words of S3 come to nothing on the command line', async () => {
    const s = setStage(lab);
    furnish(s.from, s.to);
    refuse(s, 'CopyObject');
    const run = await runCli(s);
    for (const line of `${run.log}\n${run.stdout}`.split('\n')) assertLine(line);
    await assertFolder(`${run.workspace}/s3-sync-report`);
    assert.equal(run.report.totals.failed, HOSTILE.length);
  });

  test('as ETags and storage classes of listings come to nothing', async () => {
    const s = setStage(lab);
    for (const text of HOSTILE) s.from.put(text, 'x');
    let at = 0;
    const next = () => escaped(HOSTILE[at++ % HOSTILE.length] ?? '');
    s.fault(
      { operation: 'ListObjectsV2', bucket: s.from.name },
      forged(body =>
        body
          .replace(/(<ETag>).*?(<\/ETag>)/g, (_, open, close) => `${open}&quot;${next()}&quot;${close}`)
          .replace(/(<StorageClass>).*?(<\/StorageClass>)/g, (_, open, close) => `${open}${next()}${close}`),
      ),
    );
    const run = await harmless(s, { mode: 'dry-run' });
    assert.ok(
      run.records.some(({ sourceEtag }) => HOSTILE.includes(sourceEtag ?? '')),
      'letter by letter',
    );
  });

  for (const operation of CHECKED) {
    test(`in a refusal of ${operation} come to nothing`, async t => {
      const own = await startLab();
      t.after(() => own.close());
      const s = setStage(own);
      s.from.put('a', 'x');
      own.faults.add({ operation, ...refusal(MIXED) });
      const run = await harmless(s, { mode: 'preflight' });
      assert.match(JSON.stringify(run.report.checks), /window\.trapped/);
    });
  }

  test('in the name of a KMS key come to nothing', async () => {
    const s = setStage(lab, { destination: { encryption: { algorithm: 'aws:kms', keyArn: 'key' } } });
    s.from.put('a', 'x');
    s.fault(
      { operation: 'GetBucketEncryption' },
      forged(body => body.replace('>key<', `>${escaped(MIXED)}<`)),
    );
    const run = await harmless(s, { mode: 'preflight' });
    assert.match(JSON.stringify(run.report.checks), /window\.trapped/);
  });

  test('in the claims of a token that is refused, and in what a run is called, come to nothing', async t => {
    const own = await startLab();
    t.after(() => own.close());
    const s = setStage(own);
    own.github.oidc.claims.ref = `refs/heads/${MIXED}`;
    s.source.setTrustPolicy(trustPolicy(s.source.account, ['repo:octo-org/another-repo:*']));
    const name = MIXED.replaceAll('\0', '');
    const run = await harmless(s, {}, { GITHUB_WORKFLOW: name, GITHUB_JOB: name, GITHUB_ACTOR: name });
    assert.match(run.report.checks[0]?.seen ?? '', /window\.trapped/);
  });

  test('as prefixes and globs come to nothing', async () => {
    const s = setStage(lab);
    const text = HOSTILE.filter(each => !/[\r\n]/.test(each) && each.length < 200)
      .join(' ')
      .slice(0, 400);
    s.from.put(`${text}a`, 'x');
    const inputs = {
      source: `s3://${s.from.name}/${text}`,
      destination: `s3://${s.to.name}/${text}`,
      include: `**\n${text}`,
    };
    const run = await harmless(s, inputs);
    assert.deepEqual(s.to.keys(), [`${text}a`], run.log);
  });

  test('in the reports of DataSync come to nothing', async t => {
    const s = await dataSyncStage(t);
    furnish(s.from, s.to);
    refuse(s, 'PutObject');
    await harmless(s);
    s.trouble({ operation: 'TRANSFERRING' }, refusal(MIXED));
    const run = await harmless(s);
    assert.match(run.report.verdict.text, /window\.trapped/);
  });

  test('in the reports of S3 Batch Operations come to nothing', async t => {
    const s = await batchStage(t);
    furnish(s.from, s.to);
    refuse(s, 'CopyObject');
    const run = await harmless(s);
    assert.ok(
      run.report.failures.some(({ message }) => message.includes('window.trapped')),
      run.log,
    );
  });

  test('as ids of replication rules and failures of replication come to nothing', async t => {
    const s = await replicationStage(t);
    furnish(s.from, s.to);
    refuse(s, 'ReplicateObject');
    await harmless(s);
    const name = escaped(MIXED);
    s.fault(
      { operation: 'GetBucketReplication' },
      forged(body => body.replace(/<ID>.*?<\/ID>/g, `<ID>${name}</ID>`)),
    );
    const run = await harmless(s);
    assert.match(JSON.stringify(run.report), /window\.trapped/);
  });
});
