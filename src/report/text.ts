/**
 * Markdown that foreign text cannot break. `md` escapes whatever is put into it, so what has not been escaped cannot
 * be put on the page by mistake.
 */
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import { visible } from '../errors.ts';

/** Markdown that is safe to show as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Safe Markdown from a template: texts are escaped, numbers get their thousands, Markup goes in as it is. */
export function md(template: TemplateStringsArray, ...values: readonly (Markup | string | number)[]): Markup {
  const shown = values.map(value => {
    if (value instanceof Markup) return value.text;
    return typeof value === 'number' ? thousands(value) : escaped(value);
  });
  return new Markup(String.raw({ raw: template }, ...shown));
}

export function join(parts: readonly Markup[], separator: string): Markup {
  return new Markup(parts.map(part => part.text).join(separator));
}

/**
 * A key, an ARN, anything to read letter by letter. White space that a page would swallow is shown as `\x20`. An
 * element instead of backticks, because inside of backticks nothing can be escaped.
 */
export function code(text: string): Markup {
  const spaces = text.replace(/^ +| {2,}| +$/g, run => '\\x20'.repeat(run.length));
  return new Markup(`<code>${escaped(clip(spaces, 1200))}</code>`);
}

/** A block to copy from, fenced longer than any run of backticks it contains. */
export function fenced(text: string, language: string): Markup {
  const body = clip(text, 20_000).split('\n').map(visible).join('\n');
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(longest + 1);
  return new Markup(`${fence}${language}\n${body}\n${fence}`);
}

export type Align = 'left' | 'right';

export function table(
  head: readonly (readonly [string, Align])[],
  rows: readonly (readonly Markup[])[],
): Markup {
  const line = (cells: readonly Markup[]) => `| ${cells.map(cell => cell.text).join(' | ')} |`;
  return new Markup(
    [
      line(head.map(([title]) => md`${title}`)),
      line(head.map(([, align]) => new Markup(align === 'right' ? '--:' : '---'))),
      ...rows.map(line),
    ].join('\n'),
  );
}

/** Folded away until someone wants to see it. */
export function details(title: Markup, body: Markup): Markup {
  return md`<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/**
 * Text on one line as it reads, with everything that means something to Markdown, HTML or GitHub (mentions, references,
 * emoji, links) written as a character reference, which no parser takes for structure.
 */
export function escaped(text: string): string {
  return visible(text).replace(
    /[#$&*<>@[\\\]_`|~]|:(?!\s|$)|^[-+= ]|(?<=\d)[.)](?=\s|$)|(?<=www)\./giu,
    character => `&#${character.codePointAt(0)};`,
  );
}

/** At most so many UTF-16 units, with a mark where text is missing. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

export function thousands(number: number): string {
  return number.toLocaleString('en-US');
}

/** `1 object`, `1,200 objects`. */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${thousands(number)} ${number === 1 ? noun : nouns}`;
}

export function bytes(number: number): string {
  return prettyBytes(number, { binary: true });
}

/** `$1,234`, `$12.34`; `under $0.01` for what is too little to name. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.01) return 'under $0.01';
  const digits = usd < 100 ? 2 : 0;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** A time that nobody knows exactly: `about 40 min`. */
export function about(seconds: number): string {
  const [minutes, hours, days] = [seconds / 60, seconds / 3600, seconds / 86_400];
  if (minutes < 1) return 'under 1 min';
  if (minutes < 10) return `about ${Math.round(minutes)} min`;
  if (minutes < 57.5) return `about ${Math.round(minutes / 5) * 5} min`;
  if (hours < 10) return `about ${Math.round(hours * 2) / 2} h`;
  if (hours < 47.5) return `about ${Math.round(hours)} h`;
  return `about ${thousands(Math.round(days))} days`;
}

export function seconds(number: number): string {
  return prettyMs(number * 1000);
}
