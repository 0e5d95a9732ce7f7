/** The subjects of tokens, as trust policies name them. */
import { visible } from '../errors.ts';

/**
 * What is wrong with subjects, a sentence each. IAM refuses a trust policy whose subject is nothing but wildcards, and ours
 * compares to the letter. (IAM User Guide, "Create a role for OpenID Connect federation".)
 */
export function wrongSubjects(subjects: readonly string[]): string[] {
  return subjects.flatMap(subject => {
    const why = wrong(subject);
    return why === undefined ? [] : [`subject: "${visible(subject)}" ${why}. Accepted: ${ACCEPTED}.`];
  });
}

const ACCEPTED =
  'the whole subject of the tokens, such as repo:ORG/REPO:ref:refs/heads/main, repo:ORG/REPO:environment:NAME or repo:ORG@ID/REPO@ID:pull_request';

function wrong(subject: string): string | undefined {
  if (/[*?]/.test(subject)) return 'has a wildcard, and the subject is compared to the letter';
  // What stands behind the repository can be customized.
  if (!/^repo:[^/\s:]+\/[^/\s:]+:\S+$/.test(subject)) return 'is not the subject of a token of GitHub';
  return undefined;
}
