/**
 * What is allowed, but seldom meant.
 */
import type { Settings } from '../model/settings.ts';
import { DEFAULTS } from './inputs.ts';
import { parseArn } from './names.ts';

/** Warnings about accepted settings, one sentence each. */
export function hints({ source, destination, audience }: Settings): string[] {
  const roles = [source.roleArn, destination.roleArn].filter(arn => arn !== undefined);
  const china = roles.some(arn => parseArn(arn).partition === 'aws-cn');
  return china && audience === DEFAULTS.audience
    ? [`audience: roles in China usually expect sts.amazonaws.com.cn, not ${audience}.`]
    : [];
}
