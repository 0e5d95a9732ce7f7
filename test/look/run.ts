/** A run of the built action on the lab that has something of everything a report can show. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AWKWARD_KEYS } from '../../lab/awkward.ts';
import { runAction } from '../../lab/github/runner.ts';
import { startLab } from '../../lab/lab.ts';
import { sparse } from '../../lab/s3/index.ts';
import { twoAccounts } from '../../lab/worlds.ts';

const HOUR = 3_600_000;
const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

/**
 * @param hostile keys to be copied besides, and words in which S3 refuses others
 * @returns the folder of its report, to be removed by `end`
 */
export async function makeRun(
  hostile: readonly string[] = [],
): Promise<{ readonly folder: string; end(): Promise<void> }> {
  const lab = await startLab();
  try {
    const { source, destination } = twoAccounts(lab);
    const from = lab.s3.bucket(source.bucket);
    const to = lab.s3.bucket(destination.bucket);
    const old = { lastModified: new Date(lab.clock.now().getTime() - HOUR) };
    const folders = { 'backup/': 40, 'logs/2026/': 900, 'models/': 12, 'photos/': 700, 'www/assets/': 300 };
    for (const [folder, count] of Object.entries(folders))
      for (let index = 0; index < count; index++)
        from.put(`${folder}${String(index).padStart(5, '0')}.bin`, sparse(sizeIn(folder, index), index), old);
    for (const key of [...AWKWARD_KEYS, ...hostile]) from.put(key, 'x', old);
    for (let index = 0; index < 25; index++) from.put(`payroll/2026-${index}.csv`, `salaries ${index}`, old);
    for (let index = 0; index < 6; index++)
      from.put(`archive/${2015 + index}.tar`, sparse(3_000_000, index), { ...old, storageClass: 'GLACIER' });
    for (let index = 0; index < 120; index++)
      to.put(`logs/2026/${String(index).padStart(5, '0')}.bin`, sparse(sizeIn('logs/2026/', index), index));
    // All but one thing, so that the summary and the page have a statement to paste.
    const restores = 's3:RestoreObject';
    const others = { Effect: 'Allow', NotAction: restores, Resource: '*' };
    const elsewhere = { Effect: 'Allow', Action: restores, NotResource: `${from.arn}/archive/*` };
    source.setRolePolicy({ Version: '2012-10-17', Statement: [others, elsewhere] });
    lab.faults.add({ operation: 'CopyObject', key: /^payroll\//, ...DENIED });
    for (const [index, text] of hostile.entries()) {
      const key = `refused/${index}`;
      from.put(key, 'x', old);
      lab.faults.add({ operation: 'CopyObject', key, kind: 'error', status: 400, code: text, message: text });
    }
    const slowness = { 'backup/': 1500, 'logs/': 70, 'models/': 900, 'photos/': 160, 'www/': 90 };
    for (const [folder, ms] of Object.entries(slowness))
      lab.faults.add({ operation: 'CopyObject', key: new RegExp(`^${folder}`), kind: 'slow', ms });

    const home = await mkdtemp(join(tmpdir(), 's3-sync-look-'));
    const step = await runAction({
      action: join(import.meta.dirname, '../..'),
      inputs: {
        source: `s3://${source.bucket}`,
        destination: `s3://${destination.bucket}`,
        'source-role': source.role,
        'destination-role': destination.role,
        archived: 'restore',
        concurrency: '16',
        report: home,
        artifact: '',
      },
      environment: { ...lab.environment(), ...lab.github.environment() },
    });
    if (step.code !== 1) throw new Error(`The run was to fail in part:\n${step.log}`);
    return { folder: home, end: () => rm(home, { recursive: true }) };
  } finally {
    await lab.close();
  }
}

/** Bytes, as spread as real folders are. */
function sizeIn(folder: string, index: number): number {
  const spread = (index * 7919) % 1009;
  if (folder === 'backup/') return 40_000_000 + spread * 200_000;
  if (folder === 'models/') return 20_000_000 + spread * 30_000;
  return folder === 'photos/' ? 900_000 + spread * 9000 : 200 + spread * 97;
}
