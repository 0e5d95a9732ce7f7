/** Buttons that copy the text beside them. */
import type { Page, Part } from './dom.ts';

/** @param write puts a text on the clipboard; refused where the page may not */
export function copyButtons(page: Page, write: (text: string) => Promise<void>): void {
  for (const button of page.querySelectorAll('button.copy')) {
    button.hidden = false;
    button.addEventListener('click', () => void copy(button));
  }

  async function copy(button: Part): Promise<void> {
    const text = button.closest('.paste')?.querySelector('pre')?.textContent ?? '';
    const done = await write(text).then(
      () => true,
      () => false,
    );
    button.textContent = done ? 'Copied' : 'Not allowed: select the text';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 3000);
  }
}
