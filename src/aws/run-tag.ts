/** The tag that says which run has made something. */

/** @param run a URL, or the name of a session. Characters that no service takes in a tag are replaced. */
export function runTag(run: string): { Key: string; Value: string } {
  return {
    Key: 's3-cross-account-sync:run',
    Value: run.replace(/[^a-zA-Z0-9 +=._:@/-]/g, '_').slice(0, 256),
  };
}
