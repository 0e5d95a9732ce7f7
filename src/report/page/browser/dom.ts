/**
 * What the script of the page asks of a browser, and nothing more. The types of the whole DOM are not loaded: they would
 * make every name of a browser's window look as if Node had it.
 */

export interface Page {
  getElementById(id: string): Part | null;
  querySelectorAll(selector: string): Iterable<Part>;
  createElement(name: string): Part;
}

export interface Part {
  textContent: string | null;
  className: string;
  value: string;
  hidden: boolean;
  disabled: boolean;
  type: string;
  readonly dataset: Record<string, string | undefined>;
  readonly files?: ArrayLike<File> | null;
  readonly content: Part;
  readonly firstElementChild: Part | null;
  addEventListener(event: string, listener: (event: { preventDefault(): void }) => void): void;
  append(...parts: (Part | string)[]): void;
  replaceChildren(...parts: (Part | string)[]): void;
  cloneNode(deep: boolean): Part;
  closest(selector: string): Part | null;
  querySelector(selector: string): Part | null;
  querySelectorAll(selector: string): Iterable<Part>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  scrollIntoView(options: { readonly block: 'nearest' }): void;
}
