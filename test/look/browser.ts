/** The browser that the page is looked at with. */
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '../../scripts/on-path.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @throws Error that says how to get one */
export async function openBrowser(): Promise<Browser> {
  const found = process.env.CHROMIUM ?? NAMES.flatMap(name => findProgram(name) ?? [])[0];
  if (found === undefined) {
    throw new Error(
      'There is no Chromium. `apt-get install -y chromium` (or `brew install --cask chromium`) brings one; CHROMIUM names one elsewhere.',
    );
  }
  return chromium.launch({ executablePath: found });
}
