/** Who the action is, how it comes to be so, and what it says when it may not. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { retryable } from '../../lab/faults.ts';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { sparse } from '../../lab/s3/index.ts';
import { readableBy, trustPolicy } from '../../lab/worlds.ts';
import {
  allow,
  checkOf,
  contents,
  findings,
  GIB,
  maskedIn,
  openLab,
  pasted,
  policy,
  type Run,
  type Stage,
  setStage,
} from './stage.ts';

const lab = await openLab();
/** For tests that change what GitHub says of the job, or strike at STS. */
const own = await openLab();

const HOST = 'token.actions.githubusercontent.com';
const ELSEWHERE = ['repo:octo-org/another-repo:*'];
const SUBJECT = 'repo:octo-org/octo-repo:ref:refs/heads/main';
const WITH_IDS = 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main';
const NO_ROLES = { 'source-role': '', 'destination-role': '' };
const NO_TOKEN = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'];

function withObjects(s: Stage, count = 3): Stage {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { number: String(i) } });
  return s;
}

function assertCopied(s: Stage, run: Run): void {
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(contents(s.to), contents(s.from));
}

describe('the roles', { concurrency: 3 }, () => {
  test('are assumed with the job’s token, each for its own side, under the name of the run', async () => {
    const s = withObjects(setStage(lab));
    const run = await s.run();
    assertCopied(s, run);
    const session = (side: Stage['source'], name: string) =>
      `arn:aws:sts::${side.account}:assumed-role/${name}/s3sync-4242-1`;
    const [source, destination] = [
      session(s.source, 's3-sync-source'),
      session(s.destination, 's3-sync-destination'),
    ];
    assert.deepEqual(
      run.report.identities.map(({ side, arn, how }) => [side, arn, how]),
      [
        ['source', source, 'oidc'],
        ['destination', destination, 'oidc'],
      ],
    );
    const callers = (operation: string) => new Set(s.requests(operation).map(({ caller }) => caller));
    assert.deepEqual(callers('CopyObject'), new Set([destination]));
    assert.deepEqual(callers('ListObjectsV2'), new Set([source, destination]));
    assert.deepEqual(run.report.regions, { source: s.source.region, destination: s.destination.region });
  });

  test('bear the session name that is asked for', async () => {
    const s = withObjects(setStage(lab));
    const run = await s.run({ 'session-name': 'nightly@octo.org', 'session-duration': '30m' });
    assertCopied(s, run);
    assert.match(s.requests('CopyObject')[0]?.caller ?? '', /\/nightly@octo\.org$/);
  });

  test('say which maximum is in the way of a long session', async () => {
    const s = withObjects(setStage(lab));
    const run = await s.run({ 'session-duration': '2h' });
    assert.deepEqual(findings(run), ['source-identity: fail', 'destination-identity: fail']);
    assert.match(run.log, /Lower `session-duration`/);
    assert.deepEqual(s.requests(), []);
  });

  test('send the expected owner with every request to either bucket', async () => {
    const s = withObjects(setStage(lab));
    s.to.put('extra', 'x');
    await s.run({ delete: 'true', 'max-delete': '1' });
    const [first, second, ...others] = s
      .requests()
      .filter(({ headers }) => headers['x-amz-expected-bucket-owner'] === undefined);
    // Where a bucket is has to be asked before anything else.
    assert.deepEqual([first?.operation, second?.operation, others], ['HeadBucket', 'HeadBucket', []]);
    for (const { headers } of s.requests('CopyObject')) {
      assert.equal(headers['x-amz-expected-bucket-owner'], s.destination.account);
      assert.equal(headers['x-amz-source-expected-bucket-owner'], s.source.account);
    }
  });
});

describe('STS that cannot be reached', () => {
  test('is no fault of a trust policy: what is between it and the run is named', async () => {
    const s = withObjects(setStage(lab));
    const run = await s.run({}, { environment: { AWS_ENDPOINT_URL_STS: 'http://sts.invalid' } });
    assert.deepEqual(findings(run), ['source-identity: fail', 'destination-identity: fail']);
    assert.match(checkOf(run, 'source-identity').fix?.todo ?? '', /`HTTPS_PROXY` and `NO_PROXY`/);
    assert.deepEqual(pasted(run), []);
  });
});

describe('a role that does not trust the job', { concurrency: 3 }, () => {
  test('is an error of its own, outside of what the page of the run folds away, with what to do', async () => {
    const s = withObjects(setStage(lab));
    s.source.setTrustPolicy(trustPolicy(s.source.account, ELSEWHERE));
    const { log } = await s.run();
    assert.match(
      log.split('::endgroup::')[1] ?? '',
      /^::error::source-identity: .* Check the ARN, and give .*$/m,
    );
    assert.doesNotMatch(log.split('::endgroup::')[0] ?? '', /could not be assumed/);
  });

  for (const side of ['source', 'destination'] as const) {
    test(`is told of with subject, audience and a trust policy that makes the run pass: ${side}`, async () => {
      const s = withObjects(setStage(lab));
      s[side].setTrustPolicy(trustPolicy(s[side].account, ELSEWHERE));
      const refused = await s.run();
      assert.deepEqual(findings(refused), [`${side}-identity: fail`]);
      for (const text of [refused.log, checkOf(refused, `${side}-identity`).seen]) {
        assert.ok(text.includes(`sub = "${SUBJECT}"`), text);
        assert.ok(text.includes('aud = "sts.amazonaws.com"'), text);
        assert.ok(text.includes(s[side].role), text);
      }
      assert.deepEqual(s.requests(), []);

      const [trust, ...others] = pasted(refused);
      assert.deepEqual(others, []);
      s[side].setTrustPolicy(trust as PolicyDocument);
      assertCopied(s, await s.run());
    });
  }

  test('is told of once for each side when both refuse', async () => {
    const s = withObjects(setStage(lab));
    for (const side of [s.source, s.destination]) side.setTrustPolicy(trustPolicy(side.account, ELSEWHERE));
    const refused = await s.run();
    const [first, second] = pasted(refused) as PolicyDocument[];
    assert.ok(first && second);
    s.source.setTrustPolicy(first);
    s.destination.setTrustPolicy(second);
    assertCopied(s, await s.run());
  });

  test('that is not there at all is told of in the same way', async () => {
    const s = withObjects(setStage(lab));
    lab.iam.accounts.removeRole(s.source.role);
    const run = await s.run();
    assert.deepEqual(findings(run), ['source-identity: fail']);
    assert.match(run.log, /Check the ARN/);
  });
});

describe('the identity provider', { concurrency: 3 }, () => {
  test('that an account lacks is described so that it can be created', async () => {
    const s = withObjects(setStage(lab));
    lab.iam.accounts.removeOidcProvider(s.source.account, HOST);
    const run = await s.run();
    assert.deepEqual(findings(run), ['source-identity: fail']);
    const todo = checkOf(run, 'source-identity').fix?.todo ?? '';
    for (const needed of [s.source.account, `https://${HOST}`, 'sts.amazonaws.com', 'provider']) {
      assert.ok(todo.includes(needed), todo);
      assert.ok(run.log.includes(needed));
    }
    lab.iam.accounts.addOidcProvider(s.source.account, HOST, ['sts.amazonaws.com']);
    assertCopied(s, await s.run());
  });

  test('with another audience: each refusal leads one step further, until the run passes', async () => {
    const s = withObjects(setStage(lab));
    const inputs = { audience: 'https://octo.example' };
    const first = await s.run(inputs);
    assert.deepEqual(findings(first), ['source-identity: fail', 'destination-identity: fail']);
    assert.match(checkOf(first, 'source-identity').fix?.todo ?? '', /add the audience/);
    for (const { account } of [s.source, s.destination]) {
      lab.iam.accounts.addOidcProvider(account, HOST, ['sts.amazonaws.com', inputs.audience]);
    }
    const second = await s.run(inputs);
    assert.match(second.log, /aud = "https:\/\/octo\.example"/);
    const [source, destination] = pasted(second) as PolicyDocument[];
    assert.ok(source && destination);
    s.source.setTrustPolicy(source);
    s.destination.setTrustPolicy(destination);
    assertCopied(s, await s.run(inputs));
  });
});

describe('a job without an ID token', { concurrency: 3 }, () => {
  test('is told which permission it lacks', async () => {
    const s = withObjects(setStage(lab));
    const run = await s.run({}, { without: NO_TOKEN });
    assert.deepEqual(findings(run), ['source-identity: fail', 'destination-identity: fail']);
    for (const text of [run.log, checkOf(run, 'source-identity').fix?.todo ?? '']) {
      assert.match(text, /permissions: id-token: write/);
    }
    assert.deepEqual(s.requests(), []);
  });

  test('is told that no permission helps where the pull request comes from a fork', async () => {
    const s = withObjects(setStage(lab));
    const payload = join(tmpdir(), `event-${process.pid}.json`);
    const repository = (full_name: string) => ({ repo: { full_name } });
    const event = { head: repository('stranger/octo-repo'), base: repository('octo-org/octo-repo') };
    await writeFile(payload, JSON.stringify({ pull_request: event }));
    try {
      const environment = { GITHUB_EVENT_PATH: payload, GITHUB_EVENT_NAME: 'pull_request' };
      const run = await s.run({}, { environment, without: NO_TOKEN });
      assert.equal(run.code, 1);
      assert.match(run.log, /pull requests from forks/);
      assert.doesNotMatch(run.log, /Add `permissions/);
    } finally {
      await rm(payload);
    }
  });
});

describe('secrets', { concurrency: 3 }, () => {
  test('are all masked, and stand in nothing that the run leaves behind', async () => {
    // Every run of every test is searched for masked values; here it is shown that the right ones are masked.
    const s = withObjects(setStage(lab));
    const run = await s.run({ artifact: '' });
    const used = new Set(s.requests().flatMap(({ headers }) => headers['x-amz-security-token'] ?? []));
    assert.equal(used.size, 2);
    const masked = maskedIn(run.raw);
    for (const token of used) assert.ok(masked.includes(token), 'the session token is masked');
    assert.equal(masked.filter(secret => secret.startsWith('eyJ')).length, 2, 'so are the ID tokens');
    const keyIds = s
      .requests()
      .map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
    for (const keyId of new Set(keyIds)) assert.ok(keyId && masked.includes(keyId));
  });

  test('stand in nothing either where the token is refused', async () => {
    const s = withObjects(setStage(lab));
    s.source.setTrustPolicy(trustPolicy(s.source.account, ELSEWHERE));
    const run = await s.run();
    assert.ok(maskedIn(run.raw).length >= 2);
    assert.equal(run.code, 1);
  });
});

describe('credentials that the job already has', { concurrency: 3 }, () => {
  const admitted = (s: Stage): Stage => {
    const { arn } = s.destination.admin.caller;
    s.source.setBucketPolicy(readableBy(arn, s.from.name));
    return s;
  };

  test('serve both sides, once the account that owns the other bucket is named', async () => {
    const s = withObjects(admitted(setStage(lab)));
    const environment = lab.environment(s.destination.admin);
    const refused = await s.run(NO_ROLES, { environment, without: NO_TOKEN });
    assert.equal(refused.code, 1);
    const { verdict, fix } = checkOf(refused, 'source-owner');
    assert.equal(verdict, 'fail');
    assert.match(fix?.todo ?? '', /source-account/);

    const inputs = { ...NO_ROLES, 'source-account': s.source.account };
    const run = await s.run(inputs, { environment, without: NO_TOKEN });
    assertCopied(s, run);
    assert.deepEqual(
      run.report.identities.map(({ how, arn }) => [how, arn]),
      Array(2).fill(['ambient', s.destination.admin.caller.arn]),
    );
  });

  test('serve one side, and a role the other', async () => {
    const s = withObjects(admitted(setStage(lab)));
    const environment = lab.environment(s.destination.admin);
    const run = await s.run({ 'destination-role': '' }, { environment });
    assertCopied(s, run);
    assert.deepEqual(
      run.report.identities.map(({ how }) => how),
      ['oidc', 'ambient'],
    );
  });

  test('are missed by name of the side that has none', async () => {
    const s = withObjects(setStage(lab));
    const run = await s.run(NO_ROLES);
    assert.deepEqual(findings(run), ['source-identity: fail', 'destination-identity: fail']);
    assert.match(run.log, /no credentials for the source: `source-role` is empty/);
    assert.match(run.log, /configure-aws-credentials/);
  });
});

describe('credentials that run out on the way', { concurrency: 3 }, () => {
  test('are renewed when S3 calls them expired', async () => {
    const s = withObjects(setStage(lab), 100);
    s.fault({ operation: 'CopyObject', skip: 10, times: 5 }, retryable.expiredToken);
    const run = await s.run();
    assertCopied(s, run);
    const used = new Set(s.requests('CopyObject').map(({ headers }) => headers['x-amz-security-token']));
    assert.equal(used.size > 1, true);
  });

  test('are renewed when the sessions really end', async () => {
    const s = withObjects(setStage(lab), 100);
    const end = (line: string) => {
      if (!line.startsWith('To copy')) return;
      lab.iam.sessions.expire(s.source.role);
      lab.iam.sessions.expire(s.destination.role);
    };
    const run = await s.run({ concurrency: '16' }, { onLine: end });
    assertCopied(s, run);
    const refused = s.requests('CopyObject').filter(({ status }) => status === 400);
    assert.ok(refused.length > 0, 'some copies met the end of the session');
    assert.equal(run.report.verified, true);
  });

  test('are renewed also where only a HEAD could notice, whose answer cannot name the error', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    const end = (line: string) => {
      if (line.startsWith('To copy')) lab.iam.sessions.expire(s.destination.role);
    };
    assertCopied(s, await s.run({}, { onLine: end }));
  });

  test('stop the run, with the reason, when the role no longer trusts the job', async () => {
    const s = withObjects(setStage(lab), 100);
    const end = (line: string) => {
      if (!line.startsWith('To copy')) return;
      lab.iam.sessions.expire(s.destination.role);
      s.destination.setTrustPolicy(trustPolicy(s.destination.account, ELSEWHERE));
    };
    const run = await s.run({ concurrency: '4' }, { onLine: end });
    assert.equal(run.code, 1);
    assert.match(run.log, /The destination role .* could not be assumed/);
    assert.equal(run.report.complete, false);
    assert.equal(run.report.totals.failed, 0, 'it is no fault of any object');
    assert.ok(run.report.totals.reasons['skipped: stopped']);
  });
});

describe('a bucket of another account', { concurrency: 3 }, () => {
  for (const side of ['source', 'destination'] as const) {
    test(`than the one expected is refused: ${side}-account`, async () => {
      const s = withObjects(setStage(lab));
      const run = await s.run({ [`${side}-account`]: '999988887777' });
      assert.equal(run.code, 1);
      const { verdict, seen } = checkOf(run, `${side}-owner`);
      assert.equal(verdict, 'fail');
      assert.match(seen, new RegExp(`${s[side].bucket} does not belong to account 999988887777`));
      assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
    });
  }

  test('than the role’s is refused although its policy lets us in', async () => {
    const s = withObjects(setStage(lab));
    const impostor = setStage(lab);
    impostor.from.put('bait', 'x');
    const everyone = { Principal: { AWS: [s.source.role, s.destination.role] } };
    const all = allow('s3:*', [impostor.from.arn, `${impostor.from.arn}/*`]);
    impostor.source.setBucketPolicy(policy({ ...all, ...everyone }));
    for (const side of [s.source, s.destination]) side.setRolePolicy(policy(allow('s3:*', '*')));
    const run = await s.run({ source: `s3://${impostor.from.name}` });
    assert.equal(run.code, 1);
    assert.deepEqual(findings(run), ['source-owner: fail']);
    assert.doesNotMatch(
      run.log + run.summary,
      /"Statement"/,
      'nobody is told to let a stranger in, or to go there',
    );
    assert.equal(s.to.size, 0);
    const named = { 'source-account': impostor.source.account };
    assert.equal((await s.run({ source: `s3://${impostor.from.name}`, ...named })).code, 0);
  });
});

describe('GitHub and STS', () => {
  test('a subject with ids is quoted as it is, and the trust policy admits both forms', async () => {
    const s = withObjects(setStage(own));
    s.source.setTrustPolicy(trustPolicy(s.source.account, ['repo:octo-org/octo-repo:*']));
    own.github.oidc.claims.immutableSubject = true;
    const refused = await s.run();
    assert.deepEqual(findings(refused), ['source-identity: fail']);
    assert.ok(refused.log.includes(`sub = "${WITH_IDS}"`), refused.log);
    const [trust] = pasted(refused);
    assert.ok(JSON.stringify(trust).includes(SUBJECT) && JSON.stringify(trust).includes(WITH_IDS));
    s.source.setTrustPolicy(trust as PolicyDocument);
    assertCopied(s, await s.run());
    own.github.oidc.claims.immutableSubject = false;
    assertCopied(s, await s.run());
  });

  test('a subject of an environment with a colon in its name is admitted as GitHub writes it', async () => {
    const s = withObjects(setStage(own));
    s.source.setTrustPolicy(trustPolicy(s.source.account, [SUBJECT]));
    own.github.oidc.claims.environment = 'prod: eu';
    try {
      const refused = await s.run();
      const { seen } = checkOf(refused, 'source-identity');
      assert.ok(seen.includes('sub = "repo:octo-org/octo-repo:environment:prod%3A eu"'), seen);
      s.source.setTrustPolicy(pasted(refused)[0] as PolicyDocument);
      assertCopied(s, await s.run());
    } finally {
      own.github.oidc.claims.environment = undefined;
    }
  });

  test('a token service that refuses is named', async () => {
    const s = withObjects(setStage(own));
    const disarm = own.faults.add({ operation: 'GetIdToken', kind: 'error', status: 403, code: 'Forbidden' });
    const run = await s.run();
    disarm();
    assert.deepEqual(findings(run), ['source-identity: fail', 'destination-identity: fail']);
    assert.match(run.log, /GitHub's token service gave no ID token/);
  });

  test('trouble of STS on the way is no trouble of the run', async () => {
    const s = withObjects(setStage(own));
    own.faults.add({ operation: 'AssumeRoleWithWebIdentity', times: 2, ...retryable.internalError });
    own.faults.add({
      operation: 'AssumeRoleWithWebIdentity',
      times: 1,
      kind: 'error',
      status: 400,
      code: 'IDPCommunicationError',
    });
    own.faults.add({ operation: 'GetCallerIdentity', times: 2, ...retryable.slowDown });
    assertCopied(s, await s.run());
    own.faults.clear();
  });

  test('behind an endpoint without STS the run warns, and expects no owner unless one is given', async () => {
    const s = withObjects(setStage(own));
    s.source.setBucketPolicy(readableBy(s.destination.admin.caller.arn, s.from.name));
    own.faults.add({ operation: 'GetCallerIdentity', kind: 'error', status: 400, code: 'InvalidAction' });
    const environment = own.environment(s.destination.admin);
    const run = await s.run(NO_ROLES, { environment });
    assertCopied(s, run);
    for (const check of ['source-identity', 'destination-identity', 'source-owner', 'destination-owner']) {
      assert.equal(checkOf(run, check).verdict, 'warn', check);
    }
    const owners = s.requests().flatMap(({ headers }) => headers['x-amz-expected-bucket-owner'] ?? []);
    assert.deepEqual(owners, []);
    const wrong = await s.run({ ...NO_ROLES, 'source-account': '999988887777' }, { environment });
    own.faults.clear();
    assert.equal(checkOf(wrong, 'source-owner').verdict, 'fail');
  });
});
