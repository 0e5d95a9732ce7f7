/** `--help`: every flag in the words of `action.yml`, in the order in which people look for them. */
import wrapAnsi from 'wrap-ansi';
import { DEFAULTS, type InputName, isRequired, isSwitch } from '../settings/inputs.ts';
import DESCRIPTIONS from './descriptions.json' with { type: 'json' };

/** Lines are read more easily when they are no longer. */
const WIDEST = 100;

const GROUPS: readonly (readonly [title: string, inputs: readonly InputName[]])[] = [
  [
    'From where to where',
    ['source', 'destination', 'source-region', 'destination-region', 'source-account', 'destination-account'],
  ],
  [
    'As whom',
    [
      'source-role',
      'destination-role',
      'copy-as',
      'audience',
      'session-name',
      'session-duration',
      'request-payer',
      'grant',
    ],
  ],
  ['What to do', ['mode', 'engine', 'max-cost', 'compare', 'delete', 'max-delete', 'archived', 'verify']],
  ['With which objects', ['include', 'exclude', 'min-size', 'max-size', 'modified-after', 'modified-before']],
  ['What the copies are like', ['preserve', 'storage-class', 'encryption', 'kms-key', 'acl']],
  ['How fast', ['concurrency', 'max-rate', 'part-size', 'time-limit']],
  [
    'Through services of AWS',
    [
      'work-location',
      'wait',
      'datasync-role',
      'datasync-mode',
      'datasync-keep',
      'batch-role',
      'batch-priority',
      'replication-role',
      'replication-rule',
      'replication-delete-markers',
      'replication-time-control',
      'replication-metrics',
      'replication-max-lag',
      'enable-versioning',
    ],
  ],
  ['The report', ['report']],
];

/**
 * @param program as it is called
 * @param columns of the terminal; `undefined` where there is none
 */
export function help(program: string, columns = 80): string {
  const width = Math.min(columns, WIDEST);
  const wrapped = (text: string, indent: number) =>
    wrapAnsi(text, width - indent)
      .split('\n')
      .map(line => ' '.repeat(indent) + line);
  const lines = [
    `Usage: ${program} --source s3://FROM --destination s3://TO [flags]`,
    `       ${program} policies [the same flags]`,
    '',
    ...wrapped(
      'Copies an S3 bucket into a bucket of another AWS account and proves that every object arrived. The log goes to stderr, the result to stdout, and the report into a folder. Without roles the AWS credentials at hand are used; with them, the OIDC token in S3_SYNC_ID_TOKEN or in the file that AWS_WEB_IDENTITY_TOKEN_FILE names.',
      0,
    ),
  ];
  for (const [title, names] of GROUPS) {
    lines.push('', `${title}:`);
    for (const name of names) lines.push(`  ${usage(name)}`, ...wrapped(DESCRIPTIONS[name], 6));
  }
  lines.push(
    '',
    ...wrapped('Only after policies, which asks nobody and prints the policies that such a run needs:', 0),
    '  --subject VALUE',
    ...wrapped(
      'Whose tokens the two roles trust, such as repo:ORG/REPO:ref:refs/heads/main; may be repeated. Without it their trust policies are left out.',
      6,
    ),
    '  --json',
    '      For programs.',
    '',
    'Others:',
    '  -h, --help',
    '      Shows this.',
    '  --version',
    '      Shows the version.',
    '',
    ...wrapped(
      'Exit code: 0 all is well, 1 the run failed, 2 a flag or a value is wrong and nothing was done, 3 stopped at --time-limit and all is well so far, 130 stopped by Ctrl-C, 143 terminated.',
      0,
    ),
  );
  return `${lines.join('\n')}\n`;
}

function usage(name: InputName): string {
  if (isRequired(name)) return `--${name} VALUE (required)`;
  const shown = DEFAULTS[name] === '' ? '' : ` (default: ${DEFAULTS[name]})`;
  return isSwitch(name) ? `--${name}, --no-${name}${shown}` : `--${name} VALUE${shown}`;
}
