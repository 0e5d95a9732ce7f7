import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createClock } from '../../lab/clock.ts';
import { Accounts } from '../../lab/iam/accounts.ts';
import { createAuthorize } from '../../lab/iam/authorize.ts';
import { Sessions } from '../../lab/iam/sessions.ts';
import type { Caller, PolicyDocument, Question } from '../../lab/kinds.ts';

const OWNER = '111122223333';
const OTHER = '444455556666';
const BUCKET = 'arn:aws:s3:::bucket';

const policy = (...statements: object[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string, Resource: string, more: object = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});

function world({ organization }: { organization?: string } = {}) {
  const clock = createClock();
  const accounts = new Accounts();
  accounts.add(OWNER, organization);
  accounts.add(OTHER, organization);
  const sessions = new Sessions(accounts, clock.now);
  const authorize = createAuthorize(accounts, sessions, clock.now);
  const nobodyTrusted = policy();
  const sessionOf = (account: string, statements: object[], sessionPolicy?: PolicyDocument): Caller => {
    const role = accounts.addRole({
      account,
      name: 'sync',
      trustPolicy: nobodyTrusted,
      policies: { inline: policy(...statements) },
    });
    return sessions.issue(role, 'run', 3600, sessionPolicy).caller;
  };
  const ask = (caller: Caller | undefined, question: Partial<Question> = {}) =>
    authorize({
      caller,
      action: 's3:GetObject',
      resource: `${BUCKET}/key`,
      resourceAccount: OWNER,
      ...question,
    });
  return { clock, accounts, sessions, sessionOf, ask };
}

const everything = allow('s3:*', '*');

describe('across accounts', () => {
  test('the identity and the bucket must both allow', async () => {
    const { sessionOf, ask } = world();
    const reader = sessionOf(OTHER, [everything]);
    const stranger = { ...reader, principal: `arn:aws:iam::${OTHER}:role/no-policies` };
    const grant = policy(allow('s3:GetObject', `${BUCKET}/*`, { Principal: { AWS: reader.principal } }));
    assert.deepEqual(await ask(reader, { resourcePolicy: grant }), { allowed: true });
    assert.deepEqual(await ask(reader), { allowed: false, why: 'Access Denied' });
    assert.deepEqual(await ask(stranger, { resourcePolicy: grant }), {
      allowed: false,
      why: 'Access Denied',
    });
  });

  const principals: Record<string, object | string> = {
    'the role': { AWS: `arn:aws:iam::${OTHER}:role/sync` },
    'the session': { AWS: `arn:aws:sts::${OTHER}:assumed-role/sync/run` },
    'the account by its root': { AWS: `arn:aws:iam::${OTHER}:root` },
    'the account by its id': { AWS: OTHER },
    everybody: '*',
    'one of several': { AWS: [`arn:aws:iam::${OTHER}:user/x`, OTHER] },
  };
  for (const [name, Principal] of Object.entries(principals)) {
    test(`a bucket policy can name ${name}`, async () => {
      const { sessionOf, ask } = world();
      const resourcePolicy = policy(allow('s3:GetObject', `${BUCKET}/*`, { Principal }));
      const verdict = await ask(sessionOf(OTHER, [everything]), { resourcePolicy });
      assert.deepEqual(verdict, { allowed: true });
    });
  }

  test('another role of the account is not the one that was named', async () => {
    const { sessionOf, ask } = world();
    const Principal = { AWS: `arn:aws:iam::${OTHER}:role/synchrony` };
    const resourcePolicy = policy(allow('s3:GetObject', `${BUCKET}/*`, { Principal }));
    assert.equal((await ask(sessionOf(OTHER, [everything]), { resourcePolicy })).allowed, false);
  });
});

describe('denials are worded as AWS words them', () => {
  const because = (account: string, rest: string) =>
    `User: arn:aws:sts::${account}:assumed-role/sync/run is not authorized to perform: s3:GetObject on resource: "${BUCKET}/key" ${rest}`;
  const why = async (verdict: ReturnType<ReturnType<typeof world>['ask']>) => {
    const answer = await verdict;
    return answer.allowed ? 'allowed' : answer.why;
  };

  test('in the same account', async () => {
    const { sessionOf, ask } = world();
    assert.equal(
      await why(ask(sessionOf(OWNER, []))),
      because(OWNER, 'because no identity-based policy allows the s3:GetObject action'),
    );
    assert.equal(
      await why(ask(sessionOf(OWNER, [everything, deny('s3:Get*', '*')]))),
      because(OWNER, 'with an explicit deny in an identity-based policy'),
    );
    const resourcePolicy = policy(deny('s3:*', `${BUCKET}/*`, { Principal: '*' }));
    assert.equal(
      await why(ask(sessionOf(OWNER, [everything]), { resourcePolicy })),
      because(OWNER, 'with an explicit deny in a resource-based policy'),
    );
    assert.equal(
      await why(ask(sessionOf(OWNER, [everything], policy(allow('s3:ListBucket', '*'))))),
      because(OWNER, 'because no session policy allows the s3:GetObject action'),
    );
  });

  test('across accounts of one organization', async () => {
    const { sessionOf, ask } = world({ organization: 'o-example' });
    assert.equal(
      await why(ask(sessionOf(OTHER, [everything]))),
      because(OTHER, 'because no resource-based policy allows the s3:GetObject action'),
    );
    assert.equal(
      await why(ask(sessionOf(OTHER, []))),
      because(OTHER, 'because no identity-based policy allows the s3:GetObject action'),
    );
  });

  test('each for its own key, though the verdict is remembered', async () => {
    const { sessionOf, ask } = world();
    const caller = sessionOf(OWNER, []);
    assert.match(await why(ask(caller, { resource: `${BUCKET}/one` })), /"arn:aws:s3:::bucket\/one"/);
    assert.match(await why(ask(caller, { resource: `${BUCKET}/two` })), /"arn:aws:s3:::bucket\/two"/);
  });
});

test('nobody in particular may do what the bucket allows to everybody', async () => {
  const { ask } = world();
  const resourcePolicy = policy(allow('s3:GetObject', `${BUCKET}/*`, { Principal: '*' }));
  assert.equal((await ask(undefined, { resourcePolicy })).allowed, true);
  assert.deepEqual(await ask(undefined), { allowed: false, why: 'Access Denied' });
});

test('the account itself may do everything in it that is not denied, and nothing elsewhere', async () => {
  const { accounts, ask } = world();
  const root = accounts.addRootKey(OWNER).caller;
  assert.equal((await ask(root)).allowed, true);
  assert.equal((await ask(root, { resourceAccount: OTHER })).allowed, false);
});

test('changes of policies hold at once', async () => {
  const { accounts, sessions, clock, sessionOf, ask } = world();
  const caller = sessionOf(OWNER, [everything]);
  assert.equal((await ask(caller)).allowed, true);
  accounts.putPolicy(caller.principal, 'inline', policy(allow('s3:PutObject', '*')));
  assert.equal((await ask(caller)).allowed, false);
  accounts.putPolicy(caller.principal, 'more', policy(everything));
  assert.equal((await ask(caller)).allowed, true);

  sessions.revoke(caller.principal);
  assert.equal((await ask(caller)).allowed, false);
  clock.advance(5000);
  const role = accounts.role(caller.principal);
  assert(role);
  assert.equal((await ask(sessions.issue(role, 'run', 3600).caller)).allowed, true);
});

test('conditions see who asks, from where, and what the service says of the request', async () => {
  const { sessionOf, accounts, ask } = world({ organization: 'o-example' });
  const caller = sessionOf(OTHER, [everything]);
  const given = async (Condition: object, context?: Question['context']) => {
    const resourcePolicy = policy(allow('s3:ListBucket', BUCKET, { Principal: '*', Condition }));
    const question = { action: 's3:ListBucket', resource: BUCKET, resourcePolicy, context: context ?? {} };
    return (await ask(caller, question)).allowed;
  };
  assert.equal(await given({ StringLike: { 's3:prefix': 'data/*' } }, { 's3:prefix': 'data/x' }), true);
  assert.equal(await given({ StringLike: { 's3:prefix': 'data/*' } }, { 's3:prefix': 'else' }), false);
  assert.equal(await given({ StringLike: { 's3:prefix': 'data/*' } }), false);
  assert.equal(await given({ StringEquals: { 'aws:PrincipalOrgID': 'o-example' } }), true);
  assert.equal(await given({ StringEquals: { 'aws:PrincipalOrgID': 'o-other' } }), false);
  assert.equal(await given({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${OTHER}:role/*` } }), true);
  assert.equal(await given({ StringEquals: { 'aws:PrincipalAccount': OTHER } }), true);
  assert.equal(await given({ Bool: { 'aws:SecureTransport': 'true' } }), true);
  assert.equal(await given({ StringEquals: { 'aws:ResourceAccount': OWNER } }), true);
  const user = accounts.addUser(OWNER, 'ada', { own: policy(allow('s3:*', `${BUCKET}/\${aws:username}/*`)) });
  assert.equal((await ask(user.caller, { resource: `${BUCKET}/ada/x` })).allowed, true);
  assert.equal((await ask(user.caller, { resource: `${BUCKET}/bob/x` })).allowed, false);
});

test('a wrong question is thrown back, remembered verdicts or not', async () => {
  const { sessionOf, ask } = world();
  const caller = sessionOf(OWNER, []);
  await ask(caller);
  await assert.rejects(ask(caller, { resource: BUCKET }), /cannot judge s3:GetObject/);
  await assert.rejects(ask(caller, { action: 's3:CopyObject' }), /cannot judge s3:CopyObject/);
  await assert.rejects(ask(caller, { resourcePolicy: policy({ Effect: 'Perhaps' }) }), /cannot judge/);
});

describe('object keys', () => {
  const awkward = [
    'a*b',
    'a?b',
    'a$b',
    `a\${*}b`,
    'a\nb',
    'a\r\u2028b',
    'a:b',
    '*',
    '//',
    'a/../b',
    'ä\u0000😀',
    '\ue000*',
  ];
  test('are taken literally, whatever characters they hold', async () => {
    const { sessionOf, ask } = world();
    const under = sessionOf(OWNER, [allow('s3:GetObject', [`${BUCKET}/a*b`, `${BUCKET}/x`])]);
    const allowed = async (key: string) => (await ask(under, { resource: `${BUCKET}/${key}` })).allowed;
    for (const key of awkward) assert.equal(await allowed(key), /^a.*b$/s.test(key), JSON.stringify(key));
    const literal = sessionOf(OWNER, [allow('s3:GetObject', `${BUCKET}/a\${*}b`)]);
    assert.equal((await ask(literal, { resource: `${BUCKET}/a*b` })).allowed, true);
    assert.equal((await ask(literal, { resource: `${BUCKET}/axb` })).allowed, false);
  });

  // An independent reading of IAM's wildcards, to hold simulator, renaming and memory against.
  function wildcardMatch(pattern: string, text: string): boolean {
    if (pattern === '') return text === '';
    if (pattern[0] === '*') {
      return wildcardMatch(pattern.slice(1), text) || (text !== '' && wildcardMatch(pattern, text.slice(1)));
    }
    return (
      text !== '' &&
      (pattern[0] === '?' || pattern[0] === text[0]) &&
      wildcardMatch(pattern.slice(1), text.slice(1))
    );
  }

  test('get the verdict of the patterns that match them, from memory as from scratch', async () => {
    const letters = fc.constantFrom('a', 'b', '/', '*', '?', '\n', '.', '+', '$');
    const key = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '.', '+'), maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { minLength: 8, maxLength: 8 }),
        pattern,
        pattern,
        async (keys, yes, no) => {
          const { sessionOf, ask } = world();
          const caller = sessionOf(OWNER, [
            allow('s3:GetObject', `${BUCKET}/${yes}`),
            deny('s3:*', `${BUCKET}/${no}`),
          ]);
          for (const name of keys) {
            const { allowed } = await ask(caller, { resource: `${BUCKET}/${name}` });
            assert.equal(allowed, wildcardMatch(yes, name) && !wildcardMatch(no, name), JSON.stringify(name));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('by the ten thousand cost no simulation each', async () => {
    const { sessionOf, ask } = world();
    const caller = sessionOf(OTHER, [everything]);
    const resourcePolicy = policy(
      allow('s3:GetObject', `${BUCKET}/*`, { Principal: { AWS: caller.principal } }),
      deny('s3:GetObject', `${BUCKET}/*7`, { Principal: '*' }),
    );
    await ask(caller, { resourcePolicy });
    const start = performance.now();
    let allowed = 0;
    for (let i = 0; i < 20_000; i++) {
      const context = { 's3:x-amz-copy-source': `bucket/${i}` };
      const verdict = await ask(caller, { resource: `${BUCKET}/${i}`, resourcePolicy, context });
      if (verdict.allowed) allowed++;
    }
    assert.equal(allowed, 18_000);
    // At some 0.5 ms a simulation this would take ten seconds.
    assert(performance.now() - start < 3000);
  });
});
