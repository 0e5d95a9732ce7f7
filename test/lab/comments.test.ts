import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { getOctokit } from '@actions/github';
import { type Lab, startLab } from '../../lab/lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.close());

const MONA = { login: 'mona', type: 'User' } as const;
const thread = { owner: 'octo-org', repo: 'octo-repo', issue_number: 7 };

function issues(token: string) {
  return getOctokit(token, { baseUrl: lab.github.comments.apiUrl(lab.endpoint) });
}

test("GitHub's own client pages through comments, writes one and edits it", async () => {
  const { comments } = lab.github;
  for (let i = 0; i < 65; i++) comments.say(7, MONA, `No. ${i}`);
  const github = issues(comments.token());
  const { data: first } = await github.rest.issues.listComments(thread);
  assert.equal(first.length, 30);
  const all = await github.paginate(github.rest.issues.listComments, thread);
  assert.deepEqual([all.length, all[64]?.body, all[64]?.user?.login], [65, 'No. 64', 'mona']);
  const { data: ours } = await github.rest.issues.createComment({ ...thread, body: 'ours' });
  assert.deepEqual([ours.user?.login, ours.user?.type], ['github-actions[bot]', 'Bot']);
  await github.rest.issues.updateComment({ ...thread, comment_id: ours.id, body: 'edited' });
  assert.deepEqual([comments.of(7).at(-1)?.body, comments.of(7).at(-1)?.edits], ['edited', 1]);
});

test('a token may do what it was made for, and a comment is no longer than GitHub takes it', async () => {
  const { comments } = lab.github;
  const write = (token: string, body = 'x') => issues(token).rest.issues.createComment({ ...thread, body });
  await assert.rejects(write(comments.token('read')), { status: 403 });
  await assert.rejects(write(comments.token('none')), { status: 404 });
  await assert.rejects(write('unknown'), { status: 401 });
  await assert.rejects(write(comments.token(), 'x'.repeat(65_537)), { status: 422 });
  await write(comments.token(), 'x'.repeat(65_536));
  const { data } = await issues(comments.token('read', MONA)).rest.users.getAuthenticated();
  assert.equal(data.login, 'mona');
  await assert.rejects(issues(comments.token()).rest.users.getAuthenticated(), { status: 403 });
});
