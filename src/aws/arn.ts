/** The parts of ARNs that this project has to know. */

/** `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(arn: string | undefined): string {
  return arn?.split(':')[1] || 'aws';
}

export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/**
 * The ARN that policies name. A session's own ARN, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, lacks the role's
 * path, so the ARN the role was assumed by is better where it is known.
 */
export function principalOf(sessionArn: string, roleArn: string | undefined): string {
  if (roleArn !== undefined) return roleArn;
  const role = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(sessionArn);
  return role === null ? sessionArn : `arn:${role[1]}:iam::${role[2]}:role/${role[3]}`;
}
