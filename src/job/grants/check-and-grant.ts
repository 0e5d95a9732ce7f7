/** The checks of a run that may grant what they find missing. */
import { pause } from '../../aws/waiting.ts';
import { type CheckResult, isFailed } from '../../model/checks.ts';
import type { Log } from '../../model/log.ts';
import type { EngineName } from '../../model/settings.ts';
import type { Ways } from '../../preflight/access.ts';
import { checkAll, type Findings } from '../../preflight/checks.ts';
import { borrowed, bucketIn, checkGranting, type Lack, lacksOf } from '../../preflight/grants.ts';
import type { Scene } from '../../preflight/scene.ts';
import type { Grants } from './grants.ts';

/** With `grant: temporary`, a sync puts in place what is missing in bucket policies; other modes say that one would. */
export async function checkAndGrant(ways: Ways, grants: Grants, log: Log): Promise<Findings> {
  const { settings } = ways.copy;
  // A rule lives on without a run: what its policies lack is a fault, even if a sync would grant it for a while.
  if (settings.grant === 'none' || settings.mode === 'health') return checkAll(ways);
  if (settings.mode !== 'sync') return foretell(ways);
  await grants.sweep(ways.copy);
  const found = await checkAll(ways);
  const lacks = lacksOf(found.results, found.scene);
  if (found.results.some(isFailed) && lacks.length === 0) return found;
  return grantAll([...lacks, ...(await borrowed(found.scene).catch(() => []))], found, ways, grants, log);
}

async function grantAll(
  lacks: readonly Lack[],
  found: Findings,
  ways: Ways,
  grants: Grants,
  log: Log,
): Promise<Findings> {
  if (lacks.length === 0) return found;
  const may = (await checkSides(lacks, found.scene)).filter(isFailed);
  const put = may.length > 0 ? may : await grants.put(lacks, found.scene);
  if (put.some(isFailed)) return without(ways, found, put, grants);
  log.info('Granted what was missing in bucket policies; looking again until it holds.');
  const wanting = new Map(found.results.filter(isFailed).map(({ check, fix }) => [check, bucketIn(fix)]));
  const lacksIt = (again: Findings) =>
    refusedOf(again, found.scene.engine).some(({ check }) => wanting.has(check));
  const again = await untilItHolds(ways, lacksIt);
  return again.results.some(isFailed) || lacksIt(again)
    ? without(ways, { ...again, results: again.results.map(one => inVain(one, wanting)) }, put, grants)
    : { ...again, results: [...again.results, ...put] };
}

/** What stands against the way that the grant is for, whichever way `engine: auto` would go without it. */
function refusedOf({ results, ways }: Findings, engine: EngineName): CheckResult[] {
  const obstacles = ways.find(way => way.engine === engine)?.obstacles ?? [];
  return [...results, ...obstacles].filter(isFailed);
}

/** For so long S3 may still decide by the policy as it was. (S3 User Guide, "Amazon S3 data consistency model".) */
const HOLDS_WITHIN_MS = 60_000;

/**
 * @param lacksIt whether a check still fails that the grant was made for. The reason it gives is no guide: S3 shows
 *   the new policy at once, so that the denial looks like the fault of another one
 */
async function untilItHolds(ways: Ways, lacksIt: (again: Findings) => boolean): Promise<Findings> {
  const { aborting } = ways.copy.network;
  const end = Date.now() + HOLDS_WITHIN_MS;
  for (let looks = 0; ; looks++) {
    const again = await checkAll(ways);
    if (!lacksIt(again) || Date.now() > end) return again;
    await pause(looks, aborting);
  }
}

/** What could not be granted has to be pasted, unless `engine: auto` finds a way that does without it. */
async function without(
  ways: Ways,
  found: Findings,
  granting: readonly CheckResult[],
  grants: Grants,
): Promise<Findings> {
  const { settings } = ways.copy;
  if (settings.engine !== 'auto') return { ...found, results: [...found.results, ...granting] };
  await grants.takeAway();
  const copy: Scene = { ...ways.copy, settings: { ...settings, grant: 'none' } };
  const other = await checkAll({ ...ways, copy });
  const isFit = !other.results.some(isFailed);
  return { ...other, results: [...other.results, ...(isFit ? granting.map(asAdvice) : granting)] };
}

function asAdvice(result: CheckResult): CheckResult {
  return isFailed(result) ? { ...result, verdict: 'warn' } : result;
}

/** @param wanting the checks that the grant is for, and the bucket that each was to be let into */
function inVain(result: CheckResult, wanting: ReadonlyMap<string, string | undefined>): CheckResult {
  const bucket = wanting.get(result.check);
  if (!isFailed(result) || bucket === undefined) return result;
  const seen = `${result.seen} The statement was put into the policy of ${bucket} for the run, and did not help within a minute.`;
  return { ...result, seen };
}

/** Nothing is written, and what a sync would put in place is no failure. */
async function foretell(ways: Ways): Promise<Findings> {
  const found = await checkAll(ways);
  const lacks = lacksOf(found.results, found.scene);
  if (lacks.length === 0) return found;
  const granting = await checkSides(lacks, found.scene);
  // A role that only looks need not be allowed to write policies.
  const looks = ways.copy.settings.mode !== 'preflight';
  if (!looks && granting.some(isFailed)) return { ...found, results: [...found.results, ...granting] };
  return {
    ...found,
    // So that the engines are compared as a sync would compare them.
    ways: found.ways.map(way => (way.scene === found.scene ? { ...way, obstacles: [] } : way)),
    results: [
      ...found.results.map(toCome),
      ...granting.map(one => (looks && isFailed(one) ? ({ ...one, verdict: 'unknown' } as const) : one)),
    ],
  };
}

function toCome(result: CheckResult): CheckResult {
  const { fix } = result;
  if (!isFailed(result) || fix === undefined) return result;
  const todo = `Nothing, or paste it for good: a sync with \`grant: temporary\` puts this statement into the policy of ${bucketIn(fix)} for as long as it runs.`;
  return { ...result, verdict: 'warn', fix: { ...fix, todo } };
}

function checkSides(lacks: readonly Lack[], scene: Scene): Promise<CheckResult[]> {
  const sides = [...new Set(lacks.map(({ side }) => side))];
  return Promise.all(sides.map(side => checkGranting(side, scene)));
}
