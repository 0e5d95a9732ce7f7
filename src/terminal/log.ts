/**
 * The job's voice in a shell: lines on stderr, and on a terminal a bar below them while something takes its time.
 * Whatever else reads along (a file, a CI system) gets plain lines only.
 */
import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { discreet, harmless, keepSecret } from '../errors.ts';
import { LINE_EVERY_MS, meanwhile } from '../meanwhile.ts';
import type { HowFar, Log } from '../model/log.ts';
import { bar } from './bar.ts';

/** Often enough to look alive. */
const DRAW_EVERY_MS = 200;

type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  readonly log: Log;
  /** Stars out a value in everything that is written from now on. */
  readonly mask: (secret: string) => void;
}

export function openTerminal(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Terminal {
  const clean = (text: string) => discreet(harmless(text));
  const isColoured = stream.isTTY && stream.hasColors(environment);
  const styled = (style: Style, text: string) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const drawing = isLive(stream, environment) ? createLogUpdate(stream, { showCursor: true }) : undefined;
  let watched: (() => HowFar) | undefined;
  const draw = () => {
    if (watched !== undefined) drawing?.(clean(bar(watched())));
  };
  const write = (line: string) => {
    drawing?.clear();
    stream.write(`${line}\n`);
    draw();
  };

  const log: Log = {
    info: message => write(clean(message)),
    debug: () => {},
    warning: (message, title) => write(`${styled('yellow', 'warning:')} ${clean(titled(message, title))}`),
    error: (message, title) => write(`${styled('red', 'error:')} ${clean(titled(message, title))}`),
    group: (title, work) => {
      write(styled('bold', clean(title)));
      return work();
    },
    watch: async (howFar, work) => {
      if (drawing === undefined) return meanwhile(LINE_EVERY_MS, () => log.info(howFar().line), work);
      watched = howFar;
      try {
        return await meanwhile(DRAW_EVERY_MS, draw, work);
      } finally {
        watched = undefined;
        drawing.clear();
      }
    },
  };
  return { log, mask: keepSecret };
}

/** Somebody looks, and nothing asks for quiet (https://no-color.org; `CI` is set by every CI system we know of). */
function isLive(stream: NodeJS.WriteStream, { CI, NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return stream.isTTY && stream.columns > 0 && !CI && !NO_COLOR && TERM !== 'dumb';
}

function titled(message: string, title: string | undefined): string {
  return title === undefined ? message : `${title}: ${message}`;
}
