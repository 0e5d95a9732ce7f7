/** A comment of the built action on a pull request, and as the page that GitHub makes of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marked } from 'marked';
import { batchWorkBucketOf, batchWorld } from '../../lab/batch-worlds.ts';
import { runAction } from '../../lab/github/runner.ts';
import { startLab } from '../../lab/lab.ts';
import { sparse } from '../../lab/s3/index.ts';
import { twoAccounts } from '../../lab/worlds.ts';

const NUMBER = 7;
const GIB = 1024 ** 3;

/** Markdown of a dry run that has two engines to choose from, and something to delete. */
export async function makeComment(): Promise<string> {
  const lab = await startLab();
  const report = await mkdtemp(join(tmpdir(), 's3-sync-look-'));
  try {
    const world = twoAccounts(lab);
    const { source, destination } = world;
    const [from, to] = [lab.s3.bucket(source.bucket), lab.s3.bucket(destination.bucket)];
    for (let index = 0; index < 40; index++) from.put(`dumps/${index}.tar`, sparse(3 * GIB, index));
    for (let index = 0; index < 600; index++) from.put(`photos/${index}.jpg`, sparse(3_000_000, index));
    for (let index = 0; index < 12; index++) to.put(`old/${index}.jpg`, 'x');
    const step = await runAction({
      action: join(import.meta.dirname, '../..'),
      inputs: {
        mode: 'dry-run',
        source: `s3://${source.bucket}`,
        destination: `s3://${destination.bucket}`,
        'source-role': source.role,
        'destination-role': destination.role,
        'batch-role': batchWorld(lab, world),
        'work-location': `s3://${batchWorkBucketOf(world)}/sync`,
        delete: 'true',
        'max-delete': '20',
        comment: 'true',
        report,
        artifact: '',
      },
      environment: { ...lab.environment(), ...lab.github.environment() },
      token: lab.github.comments.token(),
      pullRequest: { number: NUMBER },
    });
    const [comment] = lab.github.comments.of(NUMBER);
    if (comment === undefined) throw new Error(`There is no comment:\n${step.log}`);
    return comment.body;
  } finally {
    await rm(report, { recursive: true });
    await lab.close();
  }
}

/** GitHub's Markdown in about GitHub's looks, with a sign drawn that not every machine has a font for. */
export function asPage(markdown: string): string {
  const shown = marked.parse(markdown, { async: false }).replaceAll('✅', '<i>✔</i>');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Comment</title><style>${STYLE}</style>
<article><header><b>github-actions</b> bot commented</header><main>${shown}</main></article></html>`;
}

const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --ground: #fff; --bar: #f6f8fa; --code: #818b981f; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --ground: #0d1117; --bar: #151b23; --code: #656c7633; --link: #4493f8; } }
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--text); font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
article { border: 1px solid var(--line); border-radius: 6px; }
header { padding: .5rem 1rem; background: var(--bar); border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; color: var(--quiet); }
header b { color: var(--text); }
main { padding: 1rem; } main > :last-child { margin-bottom: 0; }
h2 { font-size: 1.5em; margin: 0 0 1rem; padding-bottom: .3em; border-bottom: 1px solid var(--line); }
p, table, details { margin: 0 0 1rem; }
table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; }
th, td { padding: 6px 13px; border: 1px solid var(--line); } tr:nth-child(even) td { background: var(--bar); }
code { font: 85%/1.5 ui-monospace, "DejaVu Sans Mono", monospace; padding: .2em .4em; background: var(--code); border-radius: 6px; }
i { display: inline-block; width: 1.2em; line-height: 1.2; border-radius: 3px; background: #1f883d; color: #fff; font-style: normal; font-size: 85%; text-align: center; }
a { color: var(--link); } sub { font-size: 75%; line-height: 1.5; vertical-align: baseline; color: var(--text); }
`;
