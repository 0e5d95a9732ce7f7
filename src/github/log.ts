/**
 * The job's voice in the log of a GitHub run. The runner reads commands from the same stream, and keys may contain
 * anything, so no message may ever begin a second line or look like a command.
 */
import * as core from '@actions/core';
import { harmless, keepSecret, visible } from '../errors.ts';
import { LINE_EVERY_MS, meanwhile } from '../meanwhile.ts';
import type { Log } from '../model/log.ts';

export const githubLog: Log = {
  info: message => core.info(harmless(message)),
  debug: message => core.debug(visible(message)),
  warning: (message, title) => core.warning(visible(message), titled(title)),
  error: (message, title) => core.error(visible(message), titled(title)),
  group: (title, work) => core.group(visible(title), work),
  watch: (howFar, work) => meanwhile(LINE_EVERY_MS, () => githubLog.info(howFar().line), work),
};

/** Hides a value in everything that is logged, and in the words of others wherever they are written, from now on. */
export function mask(secret: string): void {
  if (keepSecret(secret)) core.setSecret(secret);
}

function titled(title: string | undefined): core.AnnotationProperties {
  return title === undefined ? {} : { title: visible(title) };
}
