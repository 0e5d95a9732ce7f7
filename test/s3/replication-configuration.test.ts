import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { FatalError } from '../../src/errors.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { putRule, removeRule, stillStands } from '../../src/s3/replication/configuration.ts';
import { obstacleTo, priorityFor, rivalsOf } from '../../src/s3/replication/obstacles.ts';
import { ruleFor, ruleIdOf } from '../../src/s3/replication/rule.ts';
import { readConfiguration } from '../../src/s3/replication/standing.ts';
import { bucketsOnLab } from './on-lab.ts';
import { plainRule } from './plain.ts';

const { lab, source, destination, network, identity, close } = await bucketsOnLab();
after(close);
source.there.versioning = 'Enabled';
destination.there.versioning = 'Enabled';
const ROLE = roleNamed('replicates');

function roleNamed(name: string): string {
  const trustPolicy = { Version: '2012-10-17', Statement: [] };
  return lab.iam.accounts.addRole({ account: source.there.account, name, trustPolicy }).arn;
}

const WANTED = plainRule({ bucket: destination.there.name, prefix: '' });
const OURS = ruleIdOf(WANTED.destination);
const ids = () => source.there.replication?.rules.map(({ id, priority }) => `${id} ${priority}`);

test('a rule is put where there is none, once, and taken away with the whole configuration', async () => {
  assert.equal(await readConfiguration(source.here), undefined);
  assert.equal(await putRule(source.here, ROLE, WANTED), true);
  assert.deepEqual(ids(), [`${OURS} 1`]);
  const puts = lab.requests.count('PutBucketReplication');
  assert.equal(await putRule(source.here, ROLE, WANTED), false);
  assert.equal(lab.requests.count('PutBucketReplication'), puts);
  assert.equal(await removeRule(source.here, WANTED), true);
  assert.equal(source.there.replication, undefined);
  assert.equal(await removeRule(source.here, WANTED), false);
});

test('a request whose answer was lost is sent again as it was', async () => {
  lab.faults.add({ operation: 'PutBucketReplication', times: 1, kind: 'cut', applied: true });
  lab.faults.add({
    operation: 'GetBucketReplication',
    times: 1,
    kind: 'error',
    status: 500,
    code: 'InternalError',
  });
  assert.equal(await putRule(source.here, ROLE, WANTED), true);
  assert.deepEqual(ids(), [`${OURS} 1`]);
  await removeRule(source.here, WANTED);
});

/** An S3 that says more of a rule than anybody here knows, and shows what was written only after some looks. */
async function strangeS3(t: { after(does: () => void): void }, standing: string | undefined, stale = 0) {
  const history: (string | undefined)[] = [standing];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const shown = stale-- > 0 ? history[0] : history.at(-1);
      if (shown !== undefined) return response.end(shown);
      response.statusCode = 404;
      return response.end(
        '<Error><Code>ReplicationConfigurationNotFoundError</Code><Message>None</Message></Error>',
      );
    }
    history.push(request.method === 'PUT' ? await text(request) : undefined);
    return response.end();
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const before = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const location = { bucket: 'strange', prefix: '' };
  const here = { location, region: 'eu-west-1', owner: undefined, requestPayer: false, identity };
  const bucket = new Bucket(here, network);
  // The client reads where it leads when it is first asked.
  await readConfiguration(bucket);
  process.env.AWS_ENDPOINT_URL = before;
  return {
    bucket,
    history,
    isStale: () => stale > 0,
    /** So many looks show what was there in the beginning. */
    lag(looks: number) {
      stale = looks;
    },
  };
}

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const foreign = (id: string, priority: number) =>
  `<Rule><ID>${id}</ID><Filter><Prefix>$&amp;${id}</Prefix></Filter><Status>Enabled</Status><Priority>${priority}</Priority>` +
  `<Invention Since="2031"><Depth>9</Depth></Invention>\n <DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>` +
  `<Destination><Bucket>arn:aws:s3:::elsewhere</Bucket><Later/></Destination></Rule>`;
const configuration = (...rules: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ReplicationConfiguration ${XMLNS}><Role>${ROLE}</Role>${rules.join('')}</ReplicationConfiguration>`;
const rulesIn = (text = '') => text.match(/<Rule>.*?<\/Rule>/gs) ?? [];

test('rules of others go back byte for byte, in their order, whatever they say', async t => {
  const [first, second] = [foreign('first', 3), foreign('second', 11)];
  const { bucket, history, isStale } = await strangeS3(t, configuration(first, second), 6);
  await putRule(bucket, ROLE, WANTED);
  assert.equal(isStale(), false, 'what was written is waited for');
  const [one, two, ours, ...more] = rulesIn(history.at(-1));
  assert.deepEqual([one, two, more], [first, second, []]);
  assert.match(
    ours ?? '',
    new RegExp(`<ID>${OURS}</ID>.*<Priority>12</Priority>|<Priority>12</Priority>.*<ID>${OURS}</ID>`, 's'),
  );

  await putRule(bucket, ROLE, { ...WANTED, metrics: true });
  const [, , changed] = rulesIn(history.at(-1));
  assert.match(changed ?? '', /<Metrics>/);
  assert.match(changed ?? '', /<Priority>12</);
  assert.deepEqual(rulesIn(history.at(-1)).slice(0, 2), [first, second]);

  await removeRule(bucket, WANTED);
  assert.deepEqual(rulesIn(history.at(-1)), [first, second]);
});

test('what somebody has just put there is kept, though S3 does not show it at first', async t => {
  const [first, second] = [foreign('first', 3), foreign('second', 11)];
  const { bucket, history, lag } = await strangeS3(t, configuration(first));
  history.push(configuration(first, second));
  lag(2);
  await putRule(bucket, ROLE, WANTED);
  assert.deepEqual(rulesIn(history.at(-1)).slice(0, 2), [first, second]);
  history.push(configuration(...rulesIn(history.at(-1)), foreign('third', 20)));
  history[0] = history.at(-2);
  lag(2);
  await removeRule(bucket, WANTED);
  assert.deepEqual(rulesIn(history.at(-1)), [first, second, foreign('third', 20)]);
});

test('a rule that others wrote over is missed, one that S3 does not show for a moment is not', async t => {
  const { bucket, history, lag } = await strangeS3(t, configuration(foreign('first', 3)));
  await putRule(bucket, ROLE, WANTED);
  lag(3);
  assert.equal(await stillStands(bucket, ROLE, WANTED), true);
  history.push(history[0]);
  assert.equal(await stillStands(bucket, ROLE, WANTED), false);
});

test('ours in the midst of others is replaced where it stands', async t => {
  const { bucket, history } = await strangeS3(
    t,
    configuration(foreign('first', 1), foreign(OURS, 5), foreign('last', 9)),
  );
  await putRule(bucket, ROLE, WANTED);
  const rules = rulesIn(history.at(-1));
  assert.deepEqual([rules[0], rules[2], rules.length], [foreign('first', 1), foreign('last', 9), 3]);
  assert.match(rules[1] ?? '', /<Priority>5</);
  assert.doesNotMatch(rules[1] ?? '', /Invention/);
});

/** A configuration as it was read. */
const read = (role: string, ...rules: ReturnType<typeof ruleFor>[]) => ({
  role,
  rules: rules.map(rule => ({ rule, xml: '' })),
});
const theirs = (ID: string, more: Partial<ReturnType<typeof ruleFor>> = {}) => ({
  ...ruleFor(WANTED, 1),
  ID,
  ...more,
});

test('what cannot stand beside the rules of others is refused, and sends nothing', async () => {
  const other = roleNamed('another');
  assert.equal(obstacleTo(undefined, ROLE, WANTED), undefined);
  assert.equal(
    obstacleTo(read(other, theirs(OURS)), ROLE, WANTED),
    undefined,
    'the role of ours alone is ours',
  );
  assert.equal(obstacleTo(read(ROLE, theirs('a')), ROLE, WANTED), undefined);
  const roles = obstacleTo(read(other, theirs('a'), theirs('b')), ROLE, WANTED);
  assert.ok(roles?.seen.includes(other) && roles?.seen.includes(ROLE) && roles?.seen.includes('"a", "b"'));
  assert.ok(roles?.fix.todo.includes(`replication-role: ${other}`));
  const { Filter: _, ...old } = theirs('old');
  assert.match(
    obstacleTo(read(ROLE, { ...old, Prefix: '' } as never), ROLE, WANTED)?.seen ?? '',
    /first version of the schema/,
  );
  const thousand = Array.from({ length: 1000 }, (_, n) => theirs(`rule ${n}`));
  assert.match(obstacleTo(read(ROLE, ...thousand), ROLE, WANTED)?.seen ?? '', /takes 1000/);
  assert.equal(obstacleTo(read(ROLE, ...thousand.slice(1), theirs(OURS)), ROLE, WANTED), undefined);

  await putRule(source.here, other, { ...WANTED, destination: { ...WANTED.destination, prefix: 'theirs/' } });
  const puts = lab.requests.count('PutBucketReplication');
  await assert.rejects(putRule(source.here, ROLE, WANTED), (error: FatalError) => {
    assert.ok(error instanceof FatalError && error.message.includes(other));
    return true;
  });
  assert.equal(lab.requests.count('PutBucketReplication'), puts);
});

test('rules of others for some of the same keys and the same bucket count when they come first', () => {
  const ours = theirs(OURS, { Priority: 5 });
  const found = (more: Parameters<typeof theirs>[1]) =>
    rivalsOf(read(ROLE, ours, theirs('a', { Priority: 9, ...more })), WANTED).above.length;
  assert.equal(found({}), 1);
  assert.equal(found({ Filter: { Prefix: 'narrow/' } }), 1);
  assert.equal(found({ Priority: 4 }), 0);
  assert.equal(found({ Status: 'Disabled' }), 0);
  assert.equal(found({ Destination: { Bucket: 'arn:aws:s3:::elsewhere' } }), 0);
  const narrow = { ...WANTED, destination: { ...WANTED.destination, prefix: 'a/' } };
  const here = theirs(ruleIdOf(narrow.destination), { Priority: 5, Filter: { Prefix: 'a/' } });
  const beside = (Prefix: string) =>
    rivalsOf(read(ROLE, here, theirs('b', { Priority: 9, Filter: { Prefix } })), narrow).above.length;
  assert.deepEqual([beside('a/b/'), beside(''), beside('b/')], [1, 1, 0]);
  const { above, below } = rivalsOf(read(ROLE, theirs('a', { Priority: 9 })), WANTED);
  assert.deepEqual([above, below.map(({ ID }) => ID)], [[], ['a']], 'a new one comes above all');
});

test('a new rule takes the highest number that is left', () => {
  const at = (...numbers: number[]) =>
    priorityFor(read(ROLE, ...numbers.map(Priority => theirs(`rule ${Priority}`, { Priority }))), WANTED);
  const highest = 2 ** 31 - 1;
  assert.deepEqual(
    [at(), at(4, 9), at(highest), at(highest, highest - 1)],
    [1, 10, highest - 1, highest - 2],
  );
});

test('what a rule of others makes of an object is not changed by ours in silence', () => {
  const cold = theirs('logs', { Priority: 9, Filter: { Prefix: 'logs/' } });
  const as = (Destination: object, ours?: ReturnType<typeof theirs>) =>
    obstacleTo(
      read(
        ROLE,
        { ...cold, Destination: { ...cold.Destination, ...Destination } } as typeof cold,
        ...(ours ? [ours] : []),
      ),
      ROLE,
      WANTED,
    );
  assert.equal(as({}), undefined);
  const refused = as({ StorageClass: 'GLACIER_IR' });
  assert.match(
    refused?.seen ?? '',
    /would come before .*\("logs"\).* the storage class is GLACIER_IR instead of absent/,
  );
  assert.match(refused?.fix.todo ?? '', /`storage-class`.*`engine: copy`/);
  assert.ok(as({ EncryptionConfiguration: { ReplicaKmsKeyID: 'arn:aws:kms:eu-central-1:1:key/1' } }));
  assert.equal(as({ StorageClass: 'GLACIER_IR', Bucket: 'arn:aws:s3:::elsewhere' }), undefined);
  assert.equal(
    as({ StorageClass: 'GLACIER_IR' }, theirs(OURS, { Priority: 3 })),
    undefined,
    'theirs comes first',
  );
  assert.equal(
    as({ StorageClass: 'GLACIER_IR' }, theirs(OURS, { Priority: 12 })),
    undefined,
    'it stands as wanted',
  );
  assert.ok(as({ StorageClass: 'GLACIER_IR' }, theirs(OURS, { Priority: 12, Status: 'Disabled' })));
});

test('rules of other runs of this program are told from those of strangers', () => {
  const id = ruleIdOf({ bucket: 'elsewhere', prefix: 'a/' });
  const other = roleNamed('of-others');
  assert.match(
    obstacleTo(read(other, theirs(id)), ROLE, WANTED)?.fix.todo ?? '',
    /`replication-rule: remove`/,
  );
  assert.doesNotMatch(obstacleTo(read(other, theirs('a')), ROLE, WANTED)?.fix.todo ?? '', /remove/);
});
