/** The words AWS has for values that break a constraint of an API model. */

export const violation =
  (path: string, value: unknown) =>
  (constraint: string): string =>
    `Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`;

export const missing = (path: string): string =>
  `Value null at '${path}' failed to satisfy constraint: Member must not be null`;

export function within(
  what: 'length' | 'value',
  number: number,
  { min, max }: { readonly min: number; readonly max: number },
  worded: (constraint: string) => string,
): string[] {
  if (number < min) return [worded(`Member must have ${what} greater than or equal to ${min}`)];
  if (number > max) return [worded(`Member must have ${what} less than or equal to ${max}`)];
  return [];
}

/** Where a member stands: names begin with a small letter there. */
export const memberPath = (path: string, name: string): string =>
  `${path && `${path}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;

export function validationErrors(violations: readonly string[]): string {
  const number = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
  return `${number}: ${violations.join('; ')}`;
}
