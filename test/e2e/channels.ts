/** What the channels of a run may hold, whatever came in from outside: read as their readers read them. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marked } from 'marked';
import { OUTPUT_NAMES } from '../../src/github/outputs.ts';
import { maskedIn, type Run } from './stage.ts';

/** All but line feeds that a terminal, an editor or a page would act on instead of showing it. */
const ACTING = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/u;

const RUN_URL = 'https://github.com/octo-org/octo-repo/actions/runs/4242';

/** @param comment the body of the one on the pull request, where there is one */
export async function assertHarmless(run: Run, comment?: string): Promise<void> {
  assertLog(run.raw);
  for (const secret of maskedIn(run.raw)) assert.ok(secret.length >= 16, `${secret} is starred out`);
  assert.deepEqual(Object.keys(run.outputs), [...OUTPUT_NAMES]);
  assertShown(Object.values(run.outputs).join('\n'), 'outputs');
  assert.deepEqual(Object.keys(run.state), ['left-over']);
  assertShown(run.summary, 'summary');
  await assertFolder(join(run.workspace, 's3-sync-report'));
  if (comment !== undefined) assertComment(comment);
}

/** The files of a report. */
export async function assertFolder(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    assertShown(text, name);
    if (name === 'summary.md') assertMarkdown(text, name);
    if (name === 'report.html') assertPage(text);
  }
  assert.ok(names.length >= 3, 'summary, page and report');
}

/** The commands that the action means. */
const MEANT: ReadonlySet<string> = new Set(['debug', 'group', 'endgroup', 'warning', 'error', 'add-mask']);

/** Lines as the runner reads them (`ActionCommand.TryParseV2` and `TryParse` of actions/runner), and Azure's and TeamCity's. */
function assertLog(raw: string): void {
  for (const line of raw.split(/\r\n|\r|\n/)) {
    const [, command, data = ''] = /^\s*::([^\s:]+)(?:\s[^:]*)?::(.*)$/.exec(line) ?? [];
    if (command === undefined) assertLine(line);
    else {
      assert.ok(MEANT.has(command), line);
      assertShown(decodeURIComponent(data.replace(/%(?!25|0A|0D)/g, '%25')), 'a command');
    }
  }
}

/** A line of a log that is none of the commands meant. */
export function assertLine(line: string): void {
  assert.doesNotMatch(line, /^\s*::|##\w*\[/);
  assertShown(line, 'the log');
}

function assertShown(text: string, where: string): void {
  const at = text.search(ACTING);
  assert.equal(at, -1, `${where}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 60))}`);
}

const ELEMENTS = 'a br code details em h2 h3 li p pre strong sub summary table tbody td th thead tr ul'.split(
  ' ',
);
const ATTRIBUTES = new Set([
  '',
  ` href="${RUN_URL.replace(':', '&#58;')}"`,
  ' align="right"',
  ' class="language-json"',
  ' class="language-mermaid"',
]);

/** As GitHub renders it: nothing but the elements that the action makes, and one link, to the run. */
function assertMarkdown(text: string, where: string): void {
  const page = marked.parse(text, { async: false, gfm: true });
  for (const [tag, name = '', attributes = ''] of page.matchAll(/<\/?([^\s>]*)([^>]*)>/g)) {
    const isOurs = ELEMENTS.includes(name) && ATTRIBUTES.has(attributes);
    assert.ok(isOurs, `${where} has ${tag}`);
  }
}

function assertComment(body: string): void {
  const [mark = '', ...rest] = body.split('\n');
  assert.match(mark, /^<!-- s3-cross-account-sync: [^<>@#]* -->$/);
  const text = rest.join('\n');
  assertShown(text, 'the comment');
  assertMarkdown(text, 'the comment');
  const shown = text
    .replace(/^(`{3,})json\n[\s\S]*?\n\1$/gm, '')
    .replace(/<\/?[a-z]+>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  assert.doesNotMatch(shown, /@(?!\u200b)\w|#(?!\u200b)\d|gh-(?!\u200b)\d/i);
}

/** Besides our own style and script: elements without anything that runs, loads or leads elsewhere. */
function assertPage(page: string): void {
  const body = page.slice(page.indexOf('<body>'), page.lastIndexOf('<script>'));
  for (const [tag] of body.matchAll(/<[^>]*>/g)) {
    assert.doesNotMatch(
      tag,
      /^<(script|style|img|iframe|link|meta|base|object|embed|!)|\s(on\w+|src|srcdoc|style)=/i,
    );
    const [, link] = /\shref="([^"]*)"/.exec(tag) ?? [];
    assert.ok(link === undefined || link === RUN_URL || link.startsWith('#'), tag);
  }
}
