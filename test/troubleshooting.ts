/** The entries of docs/troubleshooting.md, found by the text that people see. */
import { readFileSync } from 'node:fs';

const headings = readFileSync('docs/troubleshooting.md', 'utf8').match(/^### .*$/gm) ?? [];

/** What is in backticks, with words in capitals, `N` and `...` for whatever stands there. */
const templates = headings.flatMap(heading =>
  [...heading.matchAll(/`([^`]+)`/g)].map(([, text = '']) => {
    const pattern = text
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('\\.\\.\\.', '.*')
      .replace(/\b(?:SIDE|ARN|NAME|ID|REGION|CODE|KEY|ACTION|SERVICE|ROLE|VALUE|N)\b/g, '.+?');
    return new RegExp(pattern, 's');
  }),
);

/** There is an entry for the check by its name, or for what it says. */
export function hasEntry(check: string, seen: string): boolean {
  const said = seen.replaceAll('`', '');
  return templates.some(template => template.test(said) || template.exec(check)?.[0] === check);
}
