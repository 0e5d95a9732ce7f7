/**
 * `npm run real:install`: puts the real programs into the cache folder. What cannot be had is said, not fatal: the tests
 * skip what they miss and fail when nothing of a kind is there.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { find, GO_MODULES, type GoProgram, goFolder, PROGRAMS, pythonFolder } from './programs.ts';
import { run } from './run.ts';

const environment = process.env as Record<string, string>;
const python = join(pythonFolder, 'bin', 'python');

await attempt('clients and moto from the Python package index', async () => {
  await run('python3', ['-m', 'venv', pythonFolder], { environment });
  const requirements = join(import.meta.dirname, 'requirements.txt');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], {
    environment,
    withinMinutes: 4,
  });
});

for (const [program, module] of Object.entries(GO_MODULES) as [GoProgram, string][]) {
  await attempt(`${module}, built by go`, async () => {
    if (find(program) !== undefined) return;
    const folder = goFolder(program);
    await mkdir(folder, { recursive: true });
    await run('go', ['install', module], {
      environment: { ...environment, GOBIN: folder },
      withinMinutes: 7,
    });
  });
}

for (const program of PROGRAMS) console.log(`${program}: ${find(program) ?? 'could not be had'}`);

async function attempt(what: string, install: () => Promise<void>): Promise<void> {
  const start = Date.now();
  try {
    await install();
    console.log(`Have ${what} after ${Math.round((Date.now() - start) / 1000)} s.`);
  } catch (error) {
    console.log(`Cannot have ${what}: ${error instanceof Error ? error.message : error}`);
  }
}
