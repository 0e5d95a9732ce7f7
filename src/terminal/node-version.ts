/** The Node that the command line was started with. */

/** Major and minor version that has `tls.getCACertificates`, and that the bar is drawn with. */
export const OLDEST = [22, 15] as const;

/** One sentence when it is too old. */
export function oldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld ? `Node ${version} is too old. Accepted: Node ${OLDEST.join('.')} or newer.` : undefined;
}
