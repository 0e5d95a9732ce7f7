import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { DefaultArtifactClient } from '@actions/artifact';
import { type Lab, startLab } from '../../lab/lab.ts';

let lab: Lab;
let folder: string;
const outside = { ...process.env };
before(async () => {
  lab = await startLab();
  folder = await mkdtemp(join(tmpdir(), 'artifact-'));
  Object.assign(process.env, lab.github.environment());
});
after(async () => {
  process.env = outside;
  await rm(folder, { recursive: true });
  await lab.close();
});

test("GitHub's own client uploads a zip that can be read back", async () => {
  const report = join(folder, 'report.json');
  await writeFile(report, '{"copied": 3}'.repeat(1000));
  const { id, size, digest } = await new DefaultArtifactClient().uploadArtifact('report', [report], folder, {
    retentionDays: 5,
  });
  const artifact = lab.github.results.artifact('report');
  assert(artifact);
  assert.equal(String(id), artifact.id);
  assert.equal(size, artifact.bytes.length);
  assert.match(digest ?? '', /^[0-9a-f]{64}$/);
  assert.equal(artifact.mimeType, 'application/zip');
  assert(artifact.expiresAt);
  assert.equal(firstFileOf(artifact.bytes), '{"copied": 3}'.repeat(1000));
  assert.deepEqual(lab.requests.mutating(), []);
});

test('a name cannot be used twice in a run, nor a wrong token once', async () => {
  const file = join(folder, 'a.txt');
  await writeFile(file, 'a');
  const upload = (name: string) => new DefaultArtifactClient().uploadArtifact(name, [file], folder);
  await upload('twice');
  await assert.rejects(upload('twice'), /already exists/);
  process.env.ACTIONS_RUNTIME_TOKEN = `${lab.github.results.runtimeToken}x`;
  await assert.rejects(upload('other'), /runtime token/);
  assert.deepEqual(
    lab.github.results.artifacts().map(({ name }) => name),
    ['report', 'twice'],
  );
});

/** The content of the first file in a zip archive, which the client writes with its sizes behind it. */
function firstFileOf(zip: Buffer): string {
  const content = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28);
  return inflateRawSync(zip.subarray(content)).toString();
}
