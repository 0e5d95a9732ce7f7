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
}

export function matrix(
  title: string,
  play: Play,
  spared: Spared = {},
  { prefixes = false, served = false }: Extent = {},
): void {
  const pieces = play.holdings.flatMap(piecesOf);
  describe(title, () => {
    test('what the documentation has is enough', async () => {
      const p = await perform(play);
      try {
        const looked = await p.run('preflight');
        assert.deepEqual(failed(looked), []);
        await assertPasses(p);
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
    for (const piece of pieces) {
      test(`without ${piece.name}`, () => takeAway(piece, play, spared[piece.name], served));
      if (prefixes && isOnPrefix(piece) && spared[piece.name] === undefined)
        test(`below another prefix only: ${piece.name}`, () =>
          takeAway(piece, play, undefined, served, elsewhere));
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

async function takeAway(
  { holding, statement, action }: Piece,
  play: Play,
  sparing: Spared[string] | undefined,
  served: boolean,
  instead: (statement: Statement) => Statement[] = () => [],
): Promise<void> {
  const p = await perform(play);
  try {
    const left = singles(holding.statements).filter(one => JSON.stringify(one) !== JSON.stringify(statement));
    p.put(holding, [...left, ...instead(statement)]);
    const looked = await p.run('preflight');
    if (sparing === undefined) {
      assert.notDeepEqual(failed(looked), [], 'the preflight finds it');
      assert.ok(asksFor(looked, action), JSON.stringify(looked.report.checks, null, 1));
      // One round is enough.
      looked.paste();
    } else if (failed(looked).length > 0) assert.fail(`It is found, not spared: ${failed(looked).join(' ')}`);
    if (sparing?.ends === 'told') {
      const run = await p.run('sync');
      assert.equal(run.report.verdict.ok, false, 'the run fails');
      assert.ok(asksFor(run, action), JSON.stringify(run.report.failures, null, 1));
      run.paste();
    }
    if (sparing === undefined && served) assert.deepEqual(failed(await p.run('preflight')), []);
    else await assertPasses(p);
  } finally {
    await p.close();
  }
}

async function assertPasses(p: Performance): Promise<void> {
  const { report } = await p.run('sync');
  assert.deepEqual([report.verdict.text, report.failures], ['success', []]);
  p.assertSame();
}

function failed({ report }: Told): string[] {
  return report.checks
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ check, seen }) => `${check}: ${seen}`);
}

/** What is to be pasted has the action in it. */
function asksFor({ report }: Told, action: string): boolean {
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

function elsewhere(statement: Statement): Statement[] {
  return [{ ...statement, Resource: String(statement.Resource).replace(/\*$/, 'elsewhere/*') }];
}
