/**
 * What is allowed, but seldom meant.
 */
import type { Settings } from '../model/settings.ts';
import { DEFAULTS } from './inputs.ts';
import { parseArn } from './names.ts';
import { hintOnPrefixes } from './prefix-hints.ts';

/** Warnings about accepted settings, one sentence each. */
export function hints(settings: Settings, environment: NodeJS.ProcessEnv): string[] {
  return [...hintOnPrefixes(settings), ...hintOnChina(settings), ...hintOnTime(settings, environment)];
}

function hintOnChina({ source, destination, audience }: Settings): string[] {
  const roles = [source.roleArn, destination.roleArn].filter(arn => arn !== undefined);
  const china = roles.some(arn => parseArn(arn).partition === 'aws-cn');
  return china && audience === DEFAULTS.audience
    ? [`audience: roles in China usually expect sts.amazonaws.com.cn, not ${audience}.`]
    : [];
}

/** "Usage limits", GitHub Docs. */
const HOSTED_JOB_HOURS = 6;

function hintOnTime({ timeLimitSeconds = 0 }: Settings, { RUNNER_ENVIRONMENT }: NodeJS.ProcessEnv): string[] {
  return RUNNER_ENVIRONMENT === 'github-hosted' && timeLimitSeconds >= HOSTED_JOB_HOURS * 3600
    ? [
        `time-limit: a job on a GitHub-hosted runner is ended after ${HOSTED_JOB_HOURS} hours, and this step would not stop before. 5h30m leaves time for the steps around it.`,
      ]
    : [];
}
