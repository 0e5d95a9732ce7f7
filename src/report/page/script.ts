/** The script of the page: the functions of `browser/` as their own text, put together. */
import { visible } from '../../errors.ts';
import { arrange } from './browser/arrange.ts';
import { copyButtons } from './browser/copy-buttons.ts';
import { shelveFile } from './browser/file-shelf.ts';
import { readLines } from './browser/lines.ts';
import { objectsTable } from './browser/objects-table.ts';
import { shelveRows } from './browser/page-shelf.ts';
import { makeColumns } from './browser/shelf.ts';
import { ACTIONS } from './objects.ts';

/** Each function is a value of its own, so that it does not matter what a bundler calls it. */
export function script(): string {
  return `'use strict';
(${objectsTable})(document, {
  visible: ${visible},
  makeColumns: ${makeColumns},
  readLines: ${readLines},
  shelveRows: ${shelveRows},
  shelveFile: ${shelveFile},
  arrange: ${arrange},
  worstFirst: ${JSON.stringify(ACTIONS)},
});
(${copyButtons})(document, async text => navigator.clipboard.writeText(text));
`;
}
