/** The list of objects to transfer. (DataSync User Guide, "Transferring specific files or objects by using a manifest".) */

/** One line of CSV; always quoted, so that commas, quotes and white space are part of the path. */
export function manifestLine(path: string): string {
  return `"${path.replaceAll('"', '""')}"\n`;
}
