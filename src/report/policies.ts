/**
 * What is to be pasted, policy by policy: several checks and failures may ask for statements in the same one, and whoever
 * looks after it should have to open it once.
 */
import { type Grant, isFailed, type PolicyPlace } from '../model/checks.ts';
import type { RunReport } from '../record.ts';
import { causeOf } from './words.ts';

/** The title of the part of a report that has them all, and what it begins with. */
export const POLICIES = 'Policies to change';
export const HOW_TO_PASTE =
  'Each once. Add the statements to what the policy has; where there is none, the text is a whole one.';

export interface PolicyToChange {
  /** `Bucket policy of octo-source (account 111122223333)` */
  readonly title: string;
  /** Names of the checks and codes of the failures that ask for it. */
  readonly asked: readonly string[];
  /** A whole policy with what is missing, pretty-printed. */
  readonly text: string;
}

type Findings = Pick<RunReport, 'checks' | 'failures'>;

/** In the order in which they are first asked for. */
export function policiesToChange({ checks, failures }: Findings): PolicyToChange[] {
  const wanted = [
    ...checks.filter(isFailed).flatMap(({ check, fix }) => asking(check, fix?.grants)),
    ...failures.flatMap(failure => asking(causeOf(failure), failure.fix?.grants)),
  ];
  return [...Map.groupBy(wanted, ({ grant }) => titleOf(grant))].map(([title, some]) => ({
    title,
    asked: [...new Set(some.map(({ who }) => who))],
    text: asPolicy(some.flatMap(({ grant }) => grant.statements)),
  }));
}

function asking(who: string, grants: readonly Grant[] = []) {
  return grants.map(grant => ({ who, grant }));
}

const TITLES: Readonly<Record<PolicyPlace['policy'], string>> = {
  identity: 'Policy of',
  bucket: 'Bucket policy of',
  key: 'Policy of the key',
  trust: 'Trust policy of',
};

function titleOf({ policy, of, account }: PolicyPlace): string {
  return `${TITLES[policy]} ${of}${account === undefined ? '' : ` (account ${account})`}`;
}

/** Each need once. A policy takes no Sid twice, and the same need can be there on two buckets. */
function asPolicy(statements: readonly object[]): string {
  const different = [...new Map(statements.map(one => [JSON.stringify(one), one])).values()];
  const needed = different.filter(one => !different.some(other => other !== one && covers(other, one)));
  const taken = new Map<string, number>();
  const Statement = needed.map(statement => {
    const { Sid, ...rest } = statement as Said;
    if (Sid === undefined) return statement;
    const times = (taken.get(Sid) ?? 0) + 1;
    taken.set(Sid, times);
    return { Sid: times === 1 ? Sid : `${Sid}${times}`, ...rest };
  });
  return JSON.stringify({ Version: '2012-10-17', Statement }, null, 2);
}

interface Said {
  readonly Sid?: string;
  readonly Action?: string | readonly string[];
}

/** Allows all that the other does, and more: two checks may ask for the same action each by a name of its own. */
function covers(other: Said, one: Said): boolean {
  const [theirs, ours] = [actionsOf(other), actionsOf(one)];
  return (
    theirs.length > ours.length && ours.every(name => theirs.includes(name)) && apart(other) === apart(one)
  );
}

function actionsOf({ Action = [] }: Said): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

/** All but its name and its actions. */
function apart({ Sid, Action, ...rest }: Said): string {
  return JSON.stringify(rest);
}
