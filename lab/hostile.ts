/** Texts that some reader of a log, a page or a file would act on, if they reached it as they are. */

/** Would run in a page that took them for HTML. */
export const TRAPS = [
  '<script>window.trapped = true</script>',
  '"><img src="x" onerror="window.trapped = true">',
  "'</script><svg onload=window.trapped=true>",
  '</code></th></table><template><iframe srcdoc="<script>top.trapped=true</script>">',
  '<a href="javascript:window.trapped=true">click</a>',
  'javascript:window.trapped=true',
  '<style>*{display:none}</style>',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
] as const;

/** What a CI system takes for a command, and what ends a value of an output. */
const COMMANDS = [
  '::error::from outside',
  '  ::set-output name=verified::true',
  '\n::add-mask::object',
  '\r\n::stop-commands::from outside',
  '\r::warning::from outside',
  '\u2028::error::from outside',
  'a ##[error]from outside',
  'a ##vso[task.setvariable variable=PATH]from outside',
  "##teamcity[message text='from outside']",
  '%0A::error::from outside',
  'EOF\nverified<<EOF\ntrue\nEOF\n',
];

/** What a terminal obeys or does not show. */
const SIGNS = [
  '\u001b[2J\u001b[31mred',
  '\u001b]0;title\u0007',
  '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\',
  '\u009b31mred',
  'back\b\b\b\bspace and \u007fdelete',
  'photo\u202egnp.exe',
  '\u2066isolate\u2069 \u200fmark \u061cmark',
  'zero\u200bwidth\u200d and \ufeffmark and \u2060joiner',
  'letters \u3164\u115f\uffa0 without a shape',
  'tags \u{e0041}\u{e0042}',
  'line\u2028paragraph\u2029next\u0085',
  'form\ffeed\vtab\ttab',
];

/** What Markdown, and GitHub in it, make something of. */
const MARKDOWN = [
  '| a | b |\n| --- | --- |\n| c | d |',
  '[click](https://evil.example)',
  '![pixel](https://evil.example/pixel.png)',
  '[reference]: https://evil.example',
  '<https://evil.example> and https://evil.example and www.evil.example and mail@evil.example',
  '<!-- s3-cross-account-sync: s3://octo-source to s3://octo-destination, Nightly/sync -->',
  '--> out of a comment <!--',
  '```\nfence\n```',
  '~~~~\nfence',
  '`code` **bold** _emphasis_ ~~gone~~',
  '# heading\n- item\n1. item\n> quote\n    code\n---\n***',
  '</details></summary></code></table>',
  '@octo-org/everyone and @octocat',
  '#1 and octo-org/octo-repo#1 and GH-1',
  ':tada: and $\\sqrt{x}$ and $`x`$',
  '\\',
  '&lt;script&gt; &#60;b&#62;',
];

/** What a spreadsheet takes for a formula. */
const FORMULAS = ['=HYPERLINK("https://evil.example","click")', '+1+cmd|x', '@SUM(A1)', '-2+3'];

/** All of them, and each kind at a length that only a key of 1,024 bytes has. All are legal keys. */
export const HOSTILE: readonly string[] = [
  ...TRAPS,
  ...COMMANDS,
  ...SIGNS,
  ...MARKDOWN,
  ...FORMULAS,
  `${'<b>'.repeat(340)}x`,
  `${'\u202e'.repeat(340)}x`,
  `${'@a '.repeat(340)}x`,
];
