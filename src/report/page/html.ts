/**
 * HTML that foreign text cannot break. `html` escapes whatever is put into it, so what has not been escaped cannot be put
 * on the page by mistake.
 */
import { visible } from '../../errors.ts';
import { thousands } from '../text.ts';

/** HTML that is safe to show as it is. */
export class Html {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

export type Shown = Html | string | number | undefined | readonly Html[];

/**
 * Safe HTML from a template: texts are escaped, between tags as well as in attributes, numbers get their thousands, HTML
 * goes in as it is, and of `undefined` nothing is left.
 */
export function html(template: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return new Html(String.raw({ raw: template }, ...values.map(shown)));
}

function shown(value: Shown): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return thousands(value);
  if (typeof value === 'string') return escaped(value);
  return value instanceof Html ? value.html : value.map(part => part.html).join('');
}

/** A block to copy from: its lines are kept. */
export function lines(text: string): Html {
  return new Html(text.split('\n').map(escaped).join('\n'));
}

/** A number for an attribute, as a machine reads it. */
export function figure(number: number): string {
  return String(Math.round(number * 100) / 100);
}

function escaped(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, character => `&#${character.charCodeAt(0)};`);
}
