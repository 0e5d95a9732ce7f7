/**
 * The inputs as the runner hands them over.
 */

/**
 * Every input the workflow gave, by name, untrimmed: also those that action.yml does not declare, because the runner
 * passes them all. It builds the variable from the name in upper case with spaces as `_` and hyphens left alone, so
 * `max-delete` arrives as `INPUT_MAX-DELETE`.
 */
export function rawInputs(env: NodeJS.ProcessEnv = process.env): Map<string, string> {
  const raw = new Map<string, string>();
  for (const [variable, value = ''] of Object.entries(env)) {
    const name = /^INPUT_(.+)$/.exec(variable)?.[1];
    if (name !== undefined) raw.set(name.toLowerCase(), value);
  }
  return raw;
}
