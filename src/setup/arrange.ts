/** From single entries to policies: one for each role, bucket and key, in which everything is said once. */
import { actionsOf, type Statement } from '../aws/policies.ts';
import type { Entry, Kind } from './entry.ts';

/** Statements that go into one policy. */
export interface Block extends Pick<Entry, 'kind' | 'name' | 'account'> {
  readonly statements: readonly Statement[];
  /** What is to be added only then, and is not among the statements already. */
  readonly onlyIf: readonly { readonly when: string; readonly statements: readonly Statement[] }[];
}

const KINDS: readonly Kind[] = ['trust', 'role', 'bucket', 'key'];

/** By account, and in it in the order in which they are made: whom roles trust, what they may do, buckets, keys. */
export function arrange(entries: readonly Entry[]): Block[] {
  const accounts = [...new Set(entries.map(({ account }) => account))];
  return accounts.flatMap(account =>
    KINDS.flatMap(kind => {
      const these = entries.filter(entry => entry.account === account && entry.kind === kind);
      return [...new Set(these.map(({ name }) => name))].map(name =>
        blockOf(
          { kind, name, account },
          these.filter(entry => entry.name === name),
        ),
      );
    }),
  );
}

function blockOf(where: Pick<Block, 'kind' | 'name' | 'account'>, entries: readonly Entry[]): Block {
  const of = (when: string | undefined) =>
    merged(entries.filter(entry => entry.when === when).map(({ statement }) => statement));
  const always = of(undefined);
  const conditions = [...new Set(entries.flatMap(({ when }) => when ?? []))];
  const taken = new Set<string>();
  return {
    ...where,
    statements: distinct(always, taken),
    onlyIf: conditions
      .map(when => ({ when, statements: distinct(beyond(of(when), always), taken) }))
      .filter(({ statements }) => statements.length > 0),
  };
}

/** All of a statement but what it allows. */
function frame({ Sid: _, Action: __, ...rest }: Statement): string {
  return JSON.stringify(rest);
}

/** Statements that differ in their actions alone, made one. */
function merged(statements: readonly Statement[]): Statement[] {
  const alike = Map.groupBy(statements, statement => statement.Sid + frame(statement));
  return [...alike.values()].map(these => {
    const [first] = these as [Statement, ...Statement[]];
    const Action = [...new Set(these.flatMap(actionsOf))];
    return Action.length === actionsOf(first).length ? first : { ...first, Action };
  });
}

/** What is left of the statements where these others stand already. */
function beyond(statements: readonly Statement[], others: readonly Statement[]): Statement[] {
  return statements.flatMap(statement => {
    const present = others.filter(other => frame(other) === frame(statement)).flatMap(actionsOf);
    const Action = actionsOf(statement).filter(action => !present.includes(action));
    if (present.length === 0) return [statement];
    return Action.length === 0 ? [] : [{ ...statement, Action }];
  });
}

/** One policy takes no Sid twice. */
function distinct(statements: readonly Statement[], taken: Set<string>): Statement[] {
  return statements.map(statement => {
    let Sid = statement.Sid;
    for (let number = 2; taken.has(Sid); number++) Sid = `${statement.Sid}${number}`;
    taken.add(Sid);
    return Sid === statement.Sid ? statement : { ...statement, Sid };
  });
}
