/**
 * All that the documentation says is needed, taken away piece by piece: each action of each statement, on each kind of
 * resource, in the hands of each who holds it. Either `mode: preflight` names it and what to paste, and pasting that makes the
 * run pass; or it is among what is spared here, with the reason that the documentation has, and then the run passes without
 * it, or fails in words that say what to paste.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Statement } from '../../src/aws/policies.ts';
import { requestsOf } from '../../src/aws/requests.ts';
import { hasEntry } from '../troubleshooting.ts';
import { type Holding, type Performance, type Play, perform, type Told } from './play.ts';

/** One action of one statement on one kind of resource. */
interface Piece {
  readonly holding: Holding;
  readonly statement: Statement;
  readonly action: string;
  /** `source role: s3:GetObject on octo-source/*` */
  readonly name: string;
}

/** By the names of pieces, why a preflight does not ask for them, and what comes of a run without one. */
export type Spared = Readonly<Record<string, { readonly why: string; readonly ends: 'well' | 'told' }>>;

interface Extent {
  /** Also tries what is allowed on other objects only. */
  readonly prefixes?: boolean;
  /** A service does the copying, and a preflight that finds no more of what was pasted has to do. */
  readonly served?: boolean;
  /** The one mode that is run; otherwise a preflight looks, and a sync shows. */
  readonly mode?: 'health';
}

export function matrix(title: string, play: Play, spared: Spared = {}, extent: Extent = {}): void {
  const pieces = play.holdings.flatMap(piecesOf);
  const spare = pieces.filter(({ name }) => spared[name]?.ends === 'well');
  describe(title, () => {
    test('what the documentation has is enough', async () => {
      const p = await perform(play);
      try {
        await assertFindsNothing(p, extent);
        await assertPasses(p, extent);
      } finally {
        await p.close();
      }
    });
    test('what is spared is in the documentation', () => {
      const names = new Set(pieces.map(({ name }) => name));
      assert.deepEqual(
        Object.keys(spared).filter(name => !names.has(name)),
        [],
      );
    });
    // What passes without all of them passes without each: nothing in the documentation denies.
    if (spare.length > 0) test('without all that a run can spare', () => spareAll(spare, play, extent));
    for (const piece of pieces) {
      if (spare.includes(piece)) continue;
      const isSpared = spared[piece.name] !== undefined;
      const take = isSpared ? spareOne : takeAway;
      test(`without ${piece.name}`, () => take(piece, play, extent));
      if (extent.prefixes && isOnPrefix(piece) && !isSpared)
        test(`below another prefix only: ${piece.name}`, () => takeAway(piece, play, extent, elsewhere));
    }
  });
}

function piecesOf(holding: Holding): Piece[] {
  return singles(holding.statements).map(statement => {
    const action = String(statement.Action);
    const resource = String(statement.Resource ?? '').replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '');
    const name = `${holding.whose}: ${action}${resource === '' || resource === '*' ? '' : ` on ${resource}`}`;
    return { holding, statement, action, name };
  });
}

/** The same, each statement with one action on one kind of resource. */
function singles(statements: readonly Statement[]): Statement[] {
  return statements.flatMap(({ Sid: _, ...statement }) =>
    (statement.Resource === undefined
      ? [statement.Action].flat().map(Action => ({ ...statement, Action }))
      : requestsOf({ Sid: '', ...statement }).map(({ action, resource }) => ({
          ...statement,
          Action: action,
          Resource: resource,
        }))
    ).map(one => one as Statement),
  );
}

/** The preflight finds it, and one round of pasting is enough. */
async function takeAway(
  piece: Piece,
  play: Play,
  extent: Extent,
  instead?: (statement: Statement) => Statement,
): Promise<void> {
  await without([piece], play, instead, async p => {
    const looked = await look(p, extent);
    assert.notDeepEqual(failed(looked), [], 'the preflight finds it');
    assert.ok(asksFor(looked, piece.action), JSON.stringify(looked.report.checks, null, 1));
    const unexplained = looked.report.checks.filter(
      ({ check, verdict, seen }) => verdict === 'fail' && !hasEntry(check, seen),
    );
    assert.deepEqual(
      unexplained.map(({ check, seen }) => [check, seen]),
      [],
      'docs/troubleshooting.md has it',
    );
    looked.paste();
    if (extent.served) await assertFindsNothing(p, extent);
    else await assertPasses(p, extent);
  });
}

/** The preflight cannot find it; the run fails, and says what to paste. */
async function spareOne(piece: Piece, play: Play, extent: Extent): Promise<void> {
  await without([piece], play, undefined, async p => {
    await assertFindsNothing(p, extent);
    const run = await p.run('sync');
    assert.equal(run.report.verdict.ok, false, 'the run fails');
    assert.ok(asksFor(run, piece.action), JSON.stringify(run.report.failures, null, 1));
    run.paste();
    await assertPasses(p, extent);
  });
}

async function spareAll(pieces: readonly Piece[], play: Play, extent: Extent): Promise<void> {
  await without(pieces, play, undefined, async p => {
    await assertFindsNothing(p, extent);
    await assertPasses(p, extent);
  });
}

async function without(
  pieces: readonly Piece[],
  play: Play,
  instead: ((statement: Statement) => Statement) | undefined,
  act: (p: Performance) => Promise<void>,
): Promise<void> {
  const p = await perform(play);
  try {
    for (const holding of new Set(pieces.map(piece => piece.holding))) {
      const taken = new Set(pieces.flatMap(one => (one.holding === holding ? one.name : [])));
      const left = piecesOf(holding).flatMap(({ name, statement }) => {
        if (!taken.has(name)) return statement;
        return instead?.(statement) ?? [];
      });
      p.put(holding, left);
    }
    await act(p);
  } finally {
    await p.close();
  }
}

function look(p: Performance, { mode }: Extent): Promise<Told> {
  return p.run(mode ?? 'preflight');
}

async function assertFindsNothing(p: Performance, extent: Extent): Promise<void> {
  assert.deepEqual(failed(await look(p, extent)), []);
}

export async function assertPasses(p: Performance, { mode }: Extent = {}): Promise<void> {
  const { report } = await p.run(mode ?? 'sync');
  assert.deepEqual([report.verdict.text, report.failures], ['success', []]);
  p.assertSame();
}

function failed({ report }: Told): string[] {
  return report.checks
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ check, seen }) => `${check}: ${seen}`);
}

/** What is to be pasted has the action in it. */
export function asksFor({ report }: Told, action: string): boolean {
  const fixes = [...report.checks, ...report.failures].flatMap(({ fix }) => fix ?? []);
  return fixes.some(({ grants = [] }) =>
    grants.some(({ statements }) =>
      (statements as Statement[]).some(one => [one.Action].flat().includes(action)),
    ),
  );
}

function isOnPrefix({ statement }: Piece): boolean {
  return /^arn:[^:]*:s3:::[^*]*\/\*$/.test(String(statement.Resource));
}

function elsewhere(statement: Statement): Statement {
  return { ...statement, Resource: String(statement.Resource).replace(/\*$/, 'elsewhere/*') };
}
