/** The table of objects at work: it sorts, filters, turns pages, and opens a file. */
import type { arrange, Wish } from './arrange.ts';
import type { Page, Part } from './dom.ts';
import type { FileNeeds, shelveFile } from './file-shelf.ts';
import type { shelveRows } from './page-shelf.ts';
import type { makeColumns, Shelf } from './shelf.ts';

export interface Tools extends Pick<FileNeeds, 'readLines' | 'visible'> {
  readonly makeColumns: typeof makeColumns;
  readonly shelveRows: typeof shelveRows;
  readonly shelveFile: typeof shelveFile;
  readonly arrange: typeof arrange;
  readonly worstFirst: readonly string[];
}

export function objectsTable(page: Page, tools: Tools): void {
  const pageLength = 100;
  const table = page.getElementById('rows');
  if (table === null) return;
  const body = part('tbody', table);
  const heads = [...table.querySelectorAll('thead th')];
  const buttons = [...part('#pages').querySelectorAll('button')];
  const [progress, told, text] = [part('#progress'), part('#told'), part('#text')];
  const choices = { action: part('#action'), reason: part('#reason') };
  const number = (value: number) => value.toLocaleString('en-US');

  let shelf = tools.shelveRows([...body.querySelectorAll('tr')], tools.makeColumns());
  let by: Wish['by'] = 'action';
  let descending = false;
  let order = new Uint32Array();
  let at = 0;
  /** Counts what was asked for, so that an answer that comes too late is known for one. */
  let asked = 0;
  let found: Uint8Array | undefined;
  let fromFile = false;

  function part(
    selector: string,
    within: Pick<Part, 'querySelector'> = { querySelector: s => page.getElementById(s.slice(1)) },
  ): Part {
    const it = within.querySelector(selector);
    if (it === null) throw new Error(`The page has no ${selector}.`);
    return it;
  }

  function stillAsked(question: number): (share: number) => boolean {
    return share => {
      progress.value = String(share);
      progress.hidden = question !== asked;
      return question === asked;
    };
  }

  async function show(): Promise<void> {
    const question = ++asked;
    const indexes = [...order.subarray(at, at + pageLength)];
    const rows = await shelf.rows(indexes);
    if (question !== asked) return;
    body.replaceChildren(...rows);
    const last = Math.max(0, Math.floor((order.length - 1) / pageLength) * pageLength);
    for (const button of buttons) {
      const back = button.dataset.go === 'first' || button.dataset.go === 'back';
      button.disabled = back ? at === 0 : at >= last;
    }
    const range = order.length === 0 ? 'None' : `${number(at + 1)} to ${number(at + indexes.length)}`;
    part('#where').textContent = `${range} of ${number(order.length)}`;
    const here = order.length === shelf.length ? '' : `, of ${number(shelf.length)} here`;
    told.textContent = `${number(order.length)} ${order.length === 1 ? 'object' : 'objects'}${here}.${mismatch()}`;
  }

  /** A file of another run would be shown without a word otherwise. */
  function mismatch(): string {
    const all = Number(table?.dataset.all);
    return fromFile && shelf.length !== all
      ? ` This file has ${number(shelf.length)} lines, and this run wrote ${number(all)}: it is of another run, or not whole.`
      : '';
  }

  async function rearrange(): Promise<void> {
    const wish = { action: choices.action.value, reason: choices.reason.value, by, descending };
    order = tools.arrange(shelf, wish, found, tools.worstFirst) as typeof order;
    at = 0;
    await show();
  }

  async function search(): Promise<void> {
    const question = ++asked;
    const wanted = text.value;
    const marks = wanted === '' ? undefined : await shelf.search(wanted, stillAsked(question));
    if (question !== asked) return;
    progress.hidden = true;
    found = marks;
    await rearrange();
  }

  function offer(name: 'action' | 'reason'): void {
    const { words, codes } = shelf.columns[name];
    const counts = words.map(() => 0);
    for (let index = 0; index < shelf.length; index++) {
      const code = codes[index] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
    }
    const option = (value: string, shown: string) => {
      const it = page.createElement('option');
      it.value = value;
      it.textContent = shown;
      return it;
    };
    const options = words.map((word, code) => option(word, `${word} (${number(counts[code] ?? 0)})`));
    choices[name].replaceChildren(option('', 'any'), ...options);
  }

  async function take(next: Shelf): Promise<void> {
    shelf = next;
    found = undefined;
    text.value = '';
    offer('action');
    offer('reason');
    await rearrange();
  }

  async function open(file: File): Promise<void> {
    const question = ++asked;
    const template = part('#row').content;
    const needs = {
      columns: tools.makeColumns(),
      readLines: tools.readLines,
      visible: tools.visible,
      newRow: () => part('tr', template).cloneNode(true),
    };
    told.textContent = `Reading ${tools.visible(file.name)}.`;
    const opened = await tools.shelveFile(file, needs, stillAsked(question));
    if (opened === undefined) return;
    fromFile = true;
    progress.hidden = true;
    await take(opened);
  }

  /** A file may be another one, or change while it is read. */
  function attempt(work: Promise<void>): void {
    work.catch((error: Error) => {
      progress.hidden = true;
      told.textContent = tools.visible(error.message);
    });
  }

  function sortBy(head: Part): void {
    const wanted = head.dataset.by as Wish['by'];
    descending = by === wanted && !descending;
    by = wanted;
    for (const each of heads) each.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    attempt(rearrange());
  }

  for (const head of heads) {
    const button = page.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    button.addEventListener('click', () => sortBy(head));
    head.replaceChildren(button);
  }
  for (const button of buttons) {
    button.addEventListener('click', () => {
      const end = Math.max(0, Math.floor((order.length - 1) / pageLength) * pageLength);
      const goals = {
        first: 0,
        back: Math.max(0, at - pageLength),
        on: Math.min(end, at + pageLength),
        last: end,
      };
      at = goals[button.dataset.go as keyof typeof goals];
      table.scrollIntoView({ block: 'nearest' });
      attempt(show());
    });
  }
  let pause: ReturnType<typeof setTimeout> | undefined;
  text.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(() => attempt(search()), 200);
  });
  for (const choice of Object.values(choices)) choice.addEventListener('change', () => attempt(rearrange()));
  part('#filter').addEventListener('submit', event => event.preventDefault());
  page.getElementById('file')?.addEventListener('change', () => {
    const [file] = Array.from(part('#file').files ?? []);
    if (file !== undefined) attempt(open(file));
  });
  for (const id of ['filter', 'pages', 'told', 'pick']) page.getElementById(id)?.removeAttribute('hidden');
  attempt(take(shelf));
}
