/** What a run leaves behind for people and programs: outputs, report, summary, artifact, log. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { parse } from 'yaml';
import { annotations, DAY, MIB, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const FILES = ['objects.ndjson', 'report.html', 'report.json', 'summary.md'];
const INVALID = {
  kind: 'error',
  status: 400,
  code: 'InvalidRequest',
  message: 'No <b>such</b> thing.',
} as const;

function furnished(count = 3): Stage {
  const s = setStage(lab);
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`);
  return s;
}

describe('the artifact', { concurrency: 3 }, () => {
  test('holds the report folder under the name that is asked for', async () => {
    const s = furnished();
    const run = await s.run({ artifact: 'nightly-report', 'artifact-retention-days': '3' });
    assert.equal(run.code, 0, run.log);
    const artifact = lab.github.results.artifact('nightly-report');
    assert.ok(artifact);
    const files = unzipped(artifact.bytes);
    assert.deepEqual([...files.keys()].sort(), FILES);
    for (const [name, text] of files) {
      assert.equal(text, await readFile(join(run.workspace, 's3-sync-report', name), 'utf8'), name);
    }
    assert.match(
      run.outputs['artifact-url'] ?? '',
      /^https:\/\/github\.com\/octo-org\/octo-repo\/actions\/runs\/4242\/artifacts\/\d+$/,
    );
    const kept = Date.parse(artifact.expiresAt ?? '') - Date.now();
    assert.ok(kept > 2.9 * DAY && kept < 3.1 * DAY);
  });

  test('is there for a run that failed, too', async () => {
    const s = furnished();
    s.fault({ operation: 'CopyObject' }, INVALID);
    const run = await s.run({ artifact: 'of-a-failure' });
    assert.equal(run.code, 1);
    const report = unzipped(lab.github.results.artifact('of-a-failure')?.bytes).get('report.json') ?? '';
    assert.equal(JSON.parse(report).totals.failed, 3);
  });

  test('that cannot be uploaded is worth a warning and fails no run', async () => {
    const s = furnished();
    const first = await s.run({ artifact: 'one-name' });
    assert.doesNotMatch(first.raw, /^::warning/m);
    const taken = await s.run({ artifact: 'one-name' });
    assert.equal(taken.code, 0, taken.log);
    assert.match(taken.raw, /^::warning.*own artifact name/m);
    const nowhere = await s.run(
      { artifact: 'nowhere' },
      { without: ['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN'] },
    );
    assert.equal(nowhere.code, 0, nowhere.log);
    assert.match(nowhere.raw, /^::warning.*no artifact service/m);
    assert.deepEqual([taken.outputs['artifact-url'], nowhere.outputs['artifact-url']], ['', '']);
  });
});

describe('the outputs', { concurrency: 3 }, () => {
  test('are those that action.yml declares, each with a value', async () => {
    const s = furnished();
    const run = await s.run({ artifact: 'outputs' });
    const manifest = parse(await readFile(join(import.meta.dirname, '../../action.yml'), 'utf8'));
    assert.deepEqual(Object.keys(run.outputs).sort(), Object.keys(manifest.outputs).sort());
    // Nothing goes on without this run.
    const { job, ...others } = run.outputs;
    assert.equal(job, '');
    for (const [name, value] of Object.entries(others)) assert.notEqual(value, '', name);
    assert.equal(run.outputs.report, join(run.workspace, 's3-sync-report'));
  });
});

describe('the report', { concurrency: 3 }, () => {
  test('says everything about the run, in a form that programs can rely on', async () => {
    const s = furnished();
    const { report } = await s.run({ exclude: '*-2', delete: 'true' });
    assert.deepEqual(Object.keys(report).sort(), [
      'checks',
      'complete',
      'engine',
      'engines',
      'failures',
      'finished',
      'identities',
      'mode',
      'notes',
      'regions',
      'requests',
      'runUrl',
      'schema',
      'settings',
      'sizes',
      'started',
      'throughput',
      'timings',
      'tool',
      'totals',
      'verdict',
      'verified',
    ]);
    assert.equal(report.schema, 1);
    assert.match(report.tool.version, /^\d+\.\d+\.\d+/);
    assert.deepEqual(report.verdict, { ok: true, text: 'success' });
    assert.equal(report.runUrl, 'https://github.com/octo-org/octo-repo/actions/runs/4242');
    assert.deepEqual(
      { source: report.settings.source, delete: report.settings.delete, exclude: report.settings.exclude },
      { source: `s3://${s.from.name}`, delete: true, exclude: ['*-2'] },
    );
    for (const name of ['preflight', 'plan', 'transfer', 'conclusion']) {
      assert.ok((report.timings[name] ?? -1) >= 0, name);
    }
    assert.equal(report.requests.CopyObject, 2);
    assert.ok(Date.parse(report.started) <= Date.parse(report.finished));
    assert.ok(report.checks.length >= 10);
  });

  test('counts the requests that were really sent', async () => {
    const s = furnished();
    const { report } = await s.run();
    const sent: Record<string, number> = {};
    for (const { operation } of s.requests()) sent[operation] = (sent[operation] ?? 0) + 1;
    assert.deepEqual(report.requests, sent);
  });

  test('has one line for each object, with keys and ETags of both sides', async () => {
    const s = furnished(1);
    const run = await s.run({ destination: `s3://${s.to.name}/out/` });
    const etag = s.from.get('object-0')?.etag;
    const [request] = s.requests('CopyObject');
    assert.deepEqual(run.records, [
      {
        key: 'object-0',
        destinationKey: 'out/object-0',
        size: 9,
        action: 'copied',
        reason: 'missing',
        proof: 'etag',
        sourceEtag: etag,
        destinationEtag: etag,
        requestId: request?.id,
      },
    ]);
  });

  test('goes where it is wanted, and the summary only where it is', async () => {
    const s = furnished();
    const run = await s.run({ report: 'out/deep/er', summary: 'false' });
    assert.equal(run.code, 0, run.log);
    const folder = join(run.workspace, 'out/deep/er');
    assert.equal(run.outputs.report, folder);
    const summary = await readFile(join(folder, 'summary.md'), 'utf8');
    assert.match(summary, /Synced and verified/);
    assert.equal(run.summary, '');
  });
});

describe('the summary', { concurrency: 3 }, () => {
  test('stays far below what GitHub shows, and the annotations few, with 3,000 failures', async () => {
    const s = setStage(lab);
    const nasty = '<b>|`*_[x](y)~@octocat #1 "&amp;'.repeat(28);
    for (let i = 0; i < 3000; i++) s.from.put(`${i}/${nasty}`, 'x');
    s.fault({ operation: 'CopyObject', key: /^[0-4]/ }, INVALID);
    s.fault({ operation: 'CopyObject', key: /^[5-9]/ }, { ...INVALID, code: 'OddRequest' });
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual([run.report.totals.failed, run.records.length], [3000, 3000]);
    assert.ok(Buffer.byteLength(run.summary) < MIB / 2, String(Buffer.byteLength(run.summary)));
    assert.equal(annotations(run.raw).length, 3);
    assert.ok(run.report.failures.every(({ examples }) => examples.length <= 5));
    assert.doesNotMatch(run.summary, /<b>|@octocat/, 'nothing of a key or a message is Markdown or HTML');
  });
});

describe('the log', { concurrency: 3 }, () => {
  test('shows how far the copies are, while people wait', async () => {
    const s = furnished(26);
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 900 });
    const run = await s.run({ concurrency: '2' });
    const lines = run.log.split('\n').filter(line => /^\d+ of 26 objects, /.test(line));
    assert.ok(lines.length >= 2, run.log);
    assert.match(lines[0] ?? '', /^\d+ of 26 objects, \d+ B of \d+ B, \d+ objects\/s, .*\/s, \d+m?s left$/);
    assert.match(lines.at(-1) ?? '', /^26 of 26 objects/);
  });

  test('has nothing on it but what the action says', async () => {
    const { raw } = await furnished().run();
    assert.doesNotMatch(raw, /\(node:\d+\)|Warning:/);
  });

  test('takes no command from a key or a message', async () => {
    const s = setStage(lab);
    const keys = [
      '\n::error::from a key',
      '::warning::x',
      '##[error]y',
      '\r\n::add-mask::object',
      '%0A::error::z',
    ];
    for (const key of keys) s.from.put(key, 'x');
    for (const [index, key] of keys.entries()) {
      s.fault(
        { operation: 'CopyObject', key },
        { ...INVALID, code: `Odd${index}`, message: `Refused: ${key}` },
      );
    }
    const run = await s.run();
    assert.equal(run.report.totals.failed, keys.length);
    assert.equal(commands(run, 'error').length, keys.length + 1);
    assert.equal(commands(run, 'warning').length, 0);
    assert.ok(commands(run, 'add-mask').every(line => !line.endsWith('object')));
    // Within a command the runner looks for no other.
    const plain = run.raw.split('\n').filter(line => !line.startsWith('::'));
    assert.ok(plain.every(line => !line.includes('##[')));
    assert.deepEqual(new Set(run.records.map(({ key }) => key)), new Set(keys));
  });
});

function commands({ raw }: Run, name: string): string[] {
  return raw.split(/\r|\n/).filter(line => new RegExp(`^\\s*::${name}[ :]`).test(line));
}

/** The files of a zip archive: its directory at the end says where each begins and how long it is. */
function unzipped(bytes: Buffer | undefined): Map<string, string> {
  assert.ok(bytes, 'there is an archive');
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [nameBytes, extra, comment] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset));
    const header = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0));
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const content = bytes.subarray(start, start + packed);
    files.set(name, (method === 0 ? content : inflateRawSync(content)).toString());
    at += 46 + (nameBytes ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}
