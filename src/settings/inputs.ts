/**
 * The inputs this version declares. `action.yml` says the same to GitHub; a contract test holds the two together.
 */

export const REQUIRED_INPUTS = ['source', 'destination'] as const;

/** Every other input with its default; '' stands for "not given". */
export const DEFAULTS = {
  'source-role': '',
  'destination-role': '',
  'copy-as': 'destination',
  'source-region': '',
  'destination-region': '',
  'source-account': '',
  'destination-account': '',
  audience: 'sts.amazonaws.com',
  'session-name': '',
  'session-duration': '1h',
  mode: 'sync',
  engine: 'auto',
  'max-cost': '',
  include: '',
  exclude: '',
  'min-size': '',
  'max-size': '',
  'modified-after': '',
  'modified-before': '',
  compare: 'auto',
  delete: 'false',
  'max-delete': '10%',
  preserve: 'metadata, tags',
  'storage-class': '',
  encryption: '',
  'kms-key': '',
  acl: '',
  archived: 'skip',
  'request-payer': 'false',
  concurrency: 'auto',
  'max-rate': '',
  'part-size': 'auto',
  verify: 'listing',
  'time-limit': '',
  'work-location': '',
  'datasync-role': '',
  'datasync-mode': 'enhanced',
  'datasync-keep': 'true',
  'batch-role': '',
  'batch-priority': '10',
  wait: 'true',
  'replication-role': '',
  'replication-rule': 'keep',
  'replication-delete-markers': 'false',
  'replication-time-control': 'false',
  'replication-metrics': 'false',
  'replication-max-lag': '6h',
  'enable-versioning': 'false',
  grant: 'none',
  report: 's3-sync-report',
  artifact: 's3-sync-report',
  'artifact-retention-days': '',
  summary: 'true',
  comment: 'false',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's, which the runner fills in.
  'github-token': '${{ github.token }}',
} as const;

export type RequiredInput = (typeof REQUIRED_INPUTS)[number];
export type DefaultedInput = keyof typeof DEFAULTS;
export type InputName = RequiredInput | DefaultedInput;

export const INPUT_NAMES: readonly InputName[] = [
  ...REQUIRED_INPUTS,
  ...(Object.keys(DEFAULTS) as DefaultedInput[]),
];

export function isInputName(name: string): name is InputName {
  return (INPUT_NAMES as readonly string[]).includes(name);
}

export function isRequired(name: InputName): name is RequiredInput {
  return (REQUIRED_INPUTS as readonly string[]).includes(name);
}

/** Whether an input is on or off. */
export function isSwitch(name: string): boolean {
  const value = (DEFAULTS as Readonly<Record<string, string>>)[name];
  return value === 'true' || value === 'false';
}
