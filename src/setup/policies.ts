/** The policies that a run with these settings needs: no more, and nothing asked of AWS. */
import { accountOf } from '../aws/arn.ts';
import { trustStatement } from '../aws/policies.ts';
import type { EngineName, Settings } from '../model/settings.ts';
import { seconds } from '../report/text.ts';
import { arrange, type Block } from './arrange.ts';
import { carriersOf, ofCopies, ofSides } from './copying.ts';
import { ofDataSync } from './datasync.ts';
import { type Entry, trust } from './entry.ts';
import { ofBatch } from './jobs.ts';
import { ofReplication } from './replication.ts';
import { enginesOf, type World, worldOf } from './world.ts';

export interface Policies {
  readonly settings: Settings;
  readonly engines: readonly EngineName[];
  readonly blocks: readonly Block[];
  /** What is left out or taken for granted, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * @param subjects of the tokens that both roles are assumed with; none leaves their trust policies out
 * @throws InputError where the inputs do not name all that policies name
 */
export function policiesFor(settings: Settings, subjects: readonly string[]): Policies {
  const world = worldOf(settings);
  const engines = enginesOf(settings);
  const entries = [
    ...(subjects.length === 0 ? [] : [world.source.role, world.destination.role]).map(role =>
      ofTokens(world, role, subjects),
    ),
    ...engines.flatMap(engine => [...ofSides(world, engine), ...ENGINES[engine](world, engine)]),
  ];
  return { settings, engines, blocks: arrange(entries), notes: notesOn(world, subjects) };
}

const ENGINES: Readonly<Record<EngineName, (world: World, engine: EngineName) => Entry[]>> = {
  copy: (world, engine) => ofCopies(world, carriersOf(world, engine)),
  stream: (world, engine) => ofCopies(world, carriersOf(world, engine)),
  datasync: ofDataSync,
  batch: ofBatch,
  replication: ofReplication,
};

/** (GitHub Docs, "OpenID Connect reference".) */
const ISSUER = 'token.actions.githubusercontent.com';

function ofTokens({ settings, partition }: World, role: string, subjects: readonly string[]): Entry {
  const account = accountOf(role);
  return trust(role, trustStatement(account, partition, ISSUER, settings.audience, subjects));
}

function notesOn({ settings, writes }: World, subjects: readonly string[]): string[] {
  const { engine, mode, source, destination, sessionSeconds } = settings;
  const forms = new Set(subjects.map(subject => /^repo:[^/]*@\d+\//.test(subject)));
  const notes: readonly (readonly [text: string, applies: boolean])[] = [
    [
      'Engine auto copies server-side where it may: these are the policies for that. Where it may not, it streams, for which `--engine stream` prints the policies.',
      engine === 'auto',
    ],
    [
      `Mode ${mode} changes nothing: nothing here allows anything to be written. Print them again with \`--mode sync\` before a sync.`,
      !writes,
    ],
    [
      'Trust policies of source-role and destination-role are left out: `--subject` says whose tokens they trust, such as repo:ORG/REPO:ref:refs/heads/main.',
      subjects.length === 0,
    ],
    [
      'Repositories created, renamed or transferred after 15 July 2026, and those that opted in, write repo:ORG@ID/REPO@ID, older ones repo:ORG/REPO. Give `--subject` in both forms, and neither a rename nor an opt-in locks you out.',
      forms.size === 1,
    ],
    [
      `Sessions of ${seconds(sessionSeconds)} are longer than the 1 hour that roles allow by default: raise the maximum session duration of both roles.`,
      sessionSeconds > 3600,
    ],
    [
      'A `*` stands for Regions that no input names: `--source-region` and `--destination-region` narrow it.',
      source.region === undefined || destination.region === undefined,
    ],
  ];
  return notes.flatMap(([text, applies]) => (applies ? [text] : []));
}
