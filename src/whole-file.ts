/** Files that are there as a whole or not at all, whenever the process is killed. */
import { rename, writeFile } from 'node:fs/promises';

export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.part`;
  await writeFile(beside, text);
  await rename(beside, path);
}
