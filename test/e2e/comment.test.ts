/** The comment on a pull request: one, kept up to date, and nothing that a run depends on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Author, IssueComment } from '../../lab/github/comments.ts';
import { annotations, type How, openLab, policy, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();
const { comments } = lab.github;

const PLAN = { mode: 'dry-run', comment: 'true' };
const MONA: Author = { login: 'mona', type: 'User' };

let pulls = 0;

/** A pull request of this test only. */
function pull({ isFork = false } = {}) {
  const number = ++pulls;
  const on: How = { pullRequest: { number, isFork } };
  return { number, on, thread: () => comments.of(number) };
}

function furnished(count = 3): Stage {
  const s = setStage(lab);
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`);
  return s;
}

function only(thread: readonly IssueComment[]): IssueComment {
  assert.equal(thread.length, 1);
  return thread[0] as IssueComment;
}

function warnings({ raw }: Run): string[] {
  return [...raw.matchAll(/^::warning[^:]*::(.*)$/gm)].map(([, text = '']) => text);
}

function asked(number: number): string[] {
  return lab.requests
    .all()
    .filter(({ key }) => key === `octo-org/octo-repo/issues/${number}`)
    .map(({ operation }) => operation);
}

describe('the comment', { concurrency: 3 }, () => {
  test('is written by the first run of a pull request, and edited by those after it', async () => {
    const [s, { on, thread }] = [furnished(), pull()];
    const first = await s.run(PLAN, on);
    assert.equal(first.code, 0, first.log);
    assert.match(first.log, /^Comment: https:\/\/github\.com\/.*#issuecomment-\d+$/m);
    const { body, id } = only(thread());
    const [mark, heading, , sentence] = body.split('\n');
    assert.equal(
      mark,
      `<!-- s3-cross-account-sync: s3://${s.from.name} to s3://${s.to.name}, Nightly/sync -->`,
    );
    assert.equal(heading, '## ✅ Dry run: nothing was changed');
    assert.match(sentence ?? '', /^\*\*3 objects\*\* \(27 B\) would be copied from /);
    assert.match(body, /^Engine copy: /m);
    assert.match(body, /^\| Would be copied \| 3 \| 27 B \|$/m);
    assert.match(
      body,
      /<summary>Would be copied: 3 keys<\/summary>\n\n<code>object-0<\/code> \(missing\)<br>/,
    );
    assert.match(body, /\]\(https&#58;\/\/github\.com\/octo-org\/octo-repo\/actions\/runs\/4242\)\n$/);

    s.from.put('object-3', 'content 3');
    await s.run(PLAN, on);
    const edited = only(thread());
    assert.deepEqual([edited.id, edited.edits], [id, 1]);
    assert.match(edited.body, /Would be copied: 4 keys/);
    assert.deepEqual(s.mutations(), []);
  });

  test('is one for each pair of places and each job', async () => {
    const [s, { on, thread }] = [furnished(), pull()];
    const prefix = { destination: `s3://${s.to.name}/-->@mona#1 \u00e9/` };
    const other = { ...on, environment: { GITHUB_JOB: 'other' } };
    for (const _ of [1, 2]) {
      await Promise.all([s.run(PLAN, on), s.run({ ...PLAN, ...prefix }, on), s.run(PLAN, other)]);
    }
    assert.deepEqual(
      thread()
        .map(({ body, edits }) => [body.split('\n')[0], edits])
        .sort(),
      [
        [`<!-- s3-cross-account-sync: s3://${s.from.name} to s3://${s.to.name}, Nightly/other -->`, 1],
        [`<!-- s3-cross-account-sync: s3://${s.from.name} to s3://${s.to.name}, Nightly/sync -->`, 1],
        [
          `<!-- s3-cross-account-sync: s3://${s.from.name} to s3://${s.to.name}/--%3E%40mona%231%20%C3%A9/, Nightly/sync -->`,
          1,
        ],
      ],
    );
  });

  test('is found on a later page, and what others say stays as it is, also with a copied mark', async () => {
    const [s, elsewhere, { number, on, thread }] = [furnished(), pull(), pull()];
    await s.run(PLAN, elsewhere.on);
    const { body } = only(elsewhere.thread());
    const [mark] = body.split('\n');
    const theirs = [
      comments.say(number, MONA, body),
      comments.say(number, { login: 'a-bot', type: 'Bot' }, `> ${body}`),
      comments.say(number, { login: 'a-bot', type: 'Bot' }, `${mark}x`),
      ...Array.from({ length: 220 }, (_, index) => comments.say(number, MONA, `No. ${index}`)),
    ];
    const before = structuredClone(theirs);
    await s.run(PLAN, on);
    await s.run(PLAN, on);
    assert.equal(thread().length, theirs.length + 1);
    assert.equal(thread().at(-1)?.edits, 1);
    assert.deepEqual(thread().slice(0, -1), before);
  });

  test('is the one of the person whose token it is written with', async () => {
    const [s, elsewhere, { number, on, thread }] = [furnished(), pull(), pull()];
    await s.run(PLAN, elsewhere.on);
    const copied = comments.say(number, { login: 'hubot', type: 'User' }, only(elsewhere.thread()).body);
    const token = comments.token('write', MONA);
    for (const _ of [1, 2]) await s.run({ ...PLAN, 'github-token': token }, { ...on, token });
    assert.deepEqual(
      thread().map(({ author, edits }) => [author.login, edits]),
      [
        ['hubot', 0],
        ['mona', 1],
      ],
    );
    assert.equal(copied.edits, 0);
  });

  test('tells of a run that failed, with the causes', async () => {
    const [s, { on, thread }] = [furnished(), pull()];
    s.fault({ operation: 'CopyObject' }, { kind: 'error', status: 403, code: 'AccessDenied' });
    const run = await s.run({ comment: 'true' }, on);
    assert.equal(run.code, 1);
    const { body } = only(thread());
    assert.match(body, /^## ❌ /m);
    assert.match(body, /^❌ \*\*3 objects: AccessDenied\*\*/m);
    assert.match(body, /<code>object-0<\/code><br>/);
  });

  test('folds away the checks that failed, with the statement to paste', async () => {
    const s = furnished();
    const { on, thread } = pull();
    s.source.setBucketPolicy(policy());
    const run = await s.run({ ...PLAN, engine: 'copy' }, on);
    assert.equal(run.code, 1);
    assert.match(
      only(thread()).body,
      /<details><summary>❌ signer-can-read: [\s\S]*?\*\*What to do:\*\* [\s\S]*?\n```json\n\{/,
    );
  });

  test('stays within what GitHub takes and mentions nobody, with 3,000 nasty keys that fail', async () => {
    const [s, { on, thread }] = [setStage(lab), pull()];
    const nasty = '<b>|`*_[x](y)~@octocat #1 GH-1 "&amp;--><!--'.repeat(20);
    for (let i = 0; i < 3000; i++) s.from.put(`${i}/${nasty}`, 'x');
    const kinds = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];
    for (const [digit, code] of kinds.entries()) {
      const message = `${nasty} No <b>such</b> thing.`.repeat(3);
      s.fault(
        { operation: 'CopyObject', key: new RegExp(`^${digit}`) },
        { kind: 'error', status: 400, code, message },
      );
    }
    const run = await s.run({ comment: 'true' }, on);
    assert.deepEqual([run.code, run.report.totals.failed], [1, 3000]);
    const { body } = only(thread());
    assert.ok(body.length < 65_536 && body.length > 20_000, String(body.length));
    assert.match(body, /_\d+ parts too long for a comment; see the summary\._/);
    assert.match(body, /\/actions\/runs\/4242\)\n$/, 'the link is there whatever is left out');
    const shown = body
      .replace(/^<!--.*-->\n/, '')
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    assert.doesNotMatch(body, /<b>|@octocat/);
    assert.match(shown, /@\u200boctocat/);
    assert.doesNotMatch(shown, /@octocat|#1|GH-1/);
  });
});

describe('without a comment a run is what it would be', { concurrency: 4 }, () => {
  test('when the token may only read: the permission is named', async () => {
    const [s, { on, thread }] = [furnished(), pull()];
    const run = await s.run(PLAN, { ...on, token: comments.token('read') });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(warnings(run), [
      'No comment on the pull request: GitHub answered 403 (Resource not accessible by integration - https://docs.github.com/rest). ' +
        'Add `permissions: pull-requests: write` to the job (and to the caller of a reusable workflow). The summary has it all.',
    ]);
    assert.match(run.summary, /Dry run/);
    assert.deepEqual(thread(), []);
    const unseen = await s.run(PLAN, { ...on, token: comments.token('none') });
    assert.equal(unseen.code, 0, unseen.log);
    assert.match(warnings(unseen)[0] ?? '', /answered 404 \(Not Found.*`permissions: pull-requests: write`/);
  });

  test('on a pull request from a fork, where nothing can be done about it', async () => {
    const [s, { on }] = [furnished(), pull({ isFork: true })];
    const run = await s.run(PLAN, { ...on, token: comments.token('read') });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(warnings(run), []);
    assert.match(run.log, /^No comment: GitHub answered 403 .* from a fork/m);
  });

  test('when the token is refused, or there is none', async () => {
    const [s, { number, on }] = [furnished(), pull()];
    const [bad, none] = await Promise.all([
      s.run({ ...PLAN, 'github-token': 'ghp_expired0123456789' }, { ...on, token: 'ghp_expired0123456789' }),
      s.run({ ...PLAN, 'github-token': '' }, on),
    ]);
    assert.deepEqual([bad.code, none.code], [0, 0]);
    assert.match(
      warnings(bad)[0] ?? '',
      /answered 401 \(Bad credentials.*Give github-token a token that is still valid\./,
    );
    assert.match(warnings(none)[0] ?? '', /github-token is empty\./);
    assert.deepEqual(asked(number), ['ListIssueComments']);
  });

  test('when a value is no token: the step says so without showing it', async () => {
    const value = 'ghp_two words';
    const run = await furnished().run({ ...PLAN, 'github-token': value }, pull().on);
    assert.equal(run.code, 1);
    assert.match(annotations(run.raw)[0]?.message ?? '', /^github-token: its value is not understood\./);
    assert.ok(!run.raw.includes('ghp_two'));
  });

  test('when this is no pull request, or no comment is wanted', async () => {
    const s = furnished();
    const nowhere = await s.run(PLAN);
    assert.equal(nowhere.code, 0, nowhere.log);
    assert.match(nowhere.log, /^No comment: this run is not for a pull request\.$/m);
    assert.deepEqual(warnings(nowhere), []);
    const { number, on } = pull();
    const unwanted = await s.run({ mode: 'dry-run' }, on);
    assert.doesNotMatch(unwanted.log, /comment/i);
    assert.deepEqual(asked(number), []);
  });

  test('when GitHub has used up its patience, or is away', async () => {
    const s = furnished();
    const [limited, away, gone] = [pull(), pull(), pull()];
    const at = ({ number }: { number: number }) => ({ key: `octo-org/octo-repo/issues/${number}` });
    lab.faults.add({
      ...at(limited),
      kind: 'error',
      status: 429,
      code: 'x',
      message: 'API rate limit exceeded',
    });
    lab.faults.add({ ...at(away), kind: 'error', status: 502, code: 'x', message: '<html>\nBad gateway' });
    const [a, b, c] = await Promise.all([
      s.run(PLAN, limited.on),
      s.run(PLAN, away.on),
      s.run(PLAN, { ...gone.on, environment: { GITHUB_API_URL: 'http://127.0.0.1:9' } }),
    ]);
    assert.deepEqual([a.code, b.code, c.code], [0, 0, 0]);
    assert.match(
      warnings(a)[0] ?? '',
      /429 \(API rate limit exceeded\)\. The token has used up its requests/,
    );
    assert.match(
      warnings(b)[0] ?? '',
      /GitHub could not be asked \(<html> Bad gateway\)\. The next run tries again\./,
    );
    assert.match(warnings(c)[0] ?? '', /GitHub could not be asked \(.*\)\. The next run tries again\./);
    assert.deepEqual([asked(limited.number).length, asked(away.number).length], [1, 2]);
  });

  test('within seconds when GitHub never answers', async () => {
    const [s, { number, on }] = [furnished(), pull()];
    lab.faults.add({ key: `octo-org/octo-repo/issues/${number}`, kind: 'slow', ms: 60_000 });
    const run = await s.run(PLAN, on);
    assert.equal(run.code, 0, run.log);
    assert.match(warnings(run)[0] ?? '', /GitHub did not answer within 10 seconds\./);
  });

  test('when it is stopped', async () => {
    const [s, { number, on }] = [furnished(), pull()];
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 1000 });
    let stop = () => {};
    const onLine = (line: string) => /copies? /i.test(line) && stop();
    const run = await s.start({ comment: 'true' }, { ...on, onLine });
    stop = () => run.signal('SIGINT');
    const { log } = await run.finished;
    assert.match(log, /^No comment: the run was stopped\.$/m);
    assert.deepEqual(asked(number), []);
  });
});

test('an answer that was lost leads to no second comment', async () => {
  const [s, { number, on, thread }] = [furnished(), pull()];
  lab.faults.add({
    key: `octo-org/octo-repo/issues/${number}`,
    operation: 'CreateIssueComment',
    times: 1,
    kind: 'cut',
    applied: true,
  });
  const run = await s.run(PLAN, on);
  assert.deepEqual(warnings(run), []);
  assert.equal(only(thread()).edits, 1);
});

test('the token of the job stands in no report, and is masked', async () => {
  const [s, { on, thread }] = [furnished(), pull()];
  const token = comments.token();
  const run = await s.run(PLAN, { ...on, token });
  assert.ok(run.raw.includes(`::add-mask::${token}\n`));
  assert.equal('github-token' in run.report.settings, false);
  assert.equal(run.report.settings.comment, true);
  assert.ok(!only(thread()).body.includes(token));
});
