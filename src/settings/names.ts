/**
 * Names: those AWS and GitHub give to things, and how they must look.
 */
import { DEFAULTS } from './inputs.ts';
import { type Kind, matching, Refusal } from './kind.ts';

/** The parts of an ARN that the combination rules ask for. */
export interface Arn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export function parseArn(arn: string): Arn {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

export const ROLE_ARN: Kind<string> = {
  accepts: 'the ARN of an IAM role, such as arn:aws:iam::111122223333:role/s3-sync',
  read(text) {
    if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(text) && text.length <= 2048) return text;
    if (/^arn:[^:]*:sts:.*:assumed-role\//.test(text)) throw new Refusal('is a session, not the role itself');
    if (/^arn:/.test(text)) throw new Refusal('is not the ARN of an IAM role');
    throw new Refusal('is not an ARN');
  },
};

export const KMS_KEY_ARN: Kind<string> = {
  accepts: 'the full ARN of a KMS key, such as arn:aws:kms:eu-west-1:444455556666:key/<key id>',
  read(text) {
    if (/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(text)) return text;
    // S3 resolves an alias in the account of whoever signs, which across accounts is quietly the wrong key.
    if (/(^|:)alias\//.test(text))
      throw new Refusal('is an alias, which S3 would look up in the wrong account');
    throw new Refusal('is not the full ARN of a KMS key');
  },
};

export const ACCOUNT: Kind<string> = {
  accepts: 'an account id of 12 digits, in quotes',
  read(text) {
    if (/^\d{12}$/.test(text)) return text;
    // YAML takes an unquoted id for a number and drops its leading zeros.
    if (/^\d{1,11}$/.test(text))
      throw new Refusal(`has ${text.length} digits, maybe because leading zeros were lost`);
    throw new Refusal('is not an account id');
  },
};

export const REGION: Kind<string> = {
  accepts: 'a Region such as eu-west-1 (a server that is not AWS may use one word, such as garage)',
  read(text) {
    if (/^[a-z]+(-[a-z]+)+-\d+[a-z]$/.test(text)) throw new Refusal('is an Availability Zone, not a Region');
    if (!/^([a-z]+(-[a-z]+)+-\d+|[a-z0-9]+)$/.test(text)) throw new Refusal('is not a Region');
    return text;
  },
};

export const SESSION_NAME = matching(
  /^[\w+=,.@-]{2,64}$/,
  '2 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -',
);

export const AUDIENCE = matching(/^\S+$/, 'the audience of the OIDC token, without white space');

export const ARTIFACT_NAME = matching(
  /^[^":<>|*?\r\n\\/]+$/,
  'a name without " : < > | * ? \\ / and line breaks; an empty value turns the upload off',
);

/** `undefined` where nothing has filled the default in: only GitHub knows the token of a job. */
export const GITHUB_TOKEN: Kind<string | undefined> = {
  accepts: 'a token of GitHub, without white space',
  secret: true,
  read(text) {
    if (text === DEFAULTS['github-token']) return undefined;
    if (!/^[\x21-\x7e]+$/.test(text)) throw new Refusal();
    return text;
  },
};

export const FOLDER = matching(/^[^\r\n]+$/, 'a path on one line, relative to the workspace or absolute');
