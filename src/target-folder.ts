/** How a key of the source becomes one of the destination where only something may be put before it. */

/**
 * The folder that, put before a whole key of the source with a slash between, makes it the key of the destination; '' when the
 * keys are the same on both sides. S3 Batch Operations puts the slash itself (`Folder1` and `a/b.txt` become
 * `Folder1/a/b.txt`; aws/aws-sdk issue 355).
 *
 * @param source prefix, byte for byte, as is `destination`
 * @returns `undefined` where there is no such folder
 */
export function targetFolder(source: string, destination: string): string | undefined {
  if (destination === source) return '';
  if (!destination.endsWith(source)) return undefined;
  const before = destination.slice(0, destination.length - source.length);
  return before.endsWith('/') && before !== '/' ? before.slice(0, -1) : undefined;
}
