/** Programs that are installed, wherever that is. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of a program: in one of the folders, else where `PATH` has it; `undefined` where it is not installed. */
export function findProgram(program: string, folders: readonly string[] = []): string | undefined {
  return [...folders, ...(process.env.PATH ?? '').split(delimiter)]
    .map(folder => join(folder, program))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
