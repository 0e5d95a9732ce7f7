/**
 * `npm run chaos`: runs in which all kinds of things go wrong, and whether anything is lost.
 *
 *     npm run chaos                                  twenty schedules for each engine; takes a quarter of an hour
 *     npm run chaos -- --seeds 100 --engine copy     as many as you like, from `--from` on
 *     npm run chaos -- --seed 7 --engine copy        one schedule again, with what it holds and what the runs said
 *     npm run chaos -- --write                       writes docs/reliability.md as well
 *
 * Ctrl-C ends it after the schedules under way, and tells what there was until then.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { Figures } from './figures.ts';
import { page } from './page.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';
import { ENGINES } from './variants.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    engine: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const engines = ENGINES.filter(engine => values.engine === undefined || engine === values.engine);
if (engines.length === 0) throw new Error(`--engine ${values.engine}: there is ${ENGINES.join(', ')}.`);

/** More would wait for each other's processes. */
const AT_ONCE = 2;
const first = Number(values.seed ?? values.from);
const seeds = Array.from(
  { length: values.seed === undefined ? Number(values.seeds) : 1 },
  (_, n) => first + n,
);
const figures = new Figures();
const lane = pLimit(AT_ONCE);
let enough = false;
process.once('SIGINT', () => {
  enough = true;
});
await Promise.all(
  seeds.flatMap(seed =>
    engines.map(engine =>
      lane(async () => {
        if (enough) return;
        const schedule = scheduleOf(seed, engine);
        if (values.seed !== undefined) console.log(JSON.stringify(schedule, null, 2));
        const played = await play(schedule);
        figures.count(played);
        const { violations } = played.judge;
        if (values.seed !== undefined) console.log(played.logs.join('\n\n'));
        console.log(`${engine} ${seed}: ${played.runs} runs, ${violations.length} violations`);
        for (const { invariant, where, what } of violations) console.log(`  ${invariant}, ${where}: ${what}`);
      }),
    ),
  ),
);
console.log(page(figures));
if (values.write) await writeFile(join(import.meta.dirname, '..', 'docs', 'reliability.md'), page(figures));
if (figures.violations > 0) process.exitCode = 1;
