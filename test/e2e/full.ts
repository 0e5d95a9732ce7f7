/** An object about which its writer has said everything that travels by default. */
import type { PutOptions } from '../../lab/s3/index.ts';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-encoding': 'gzip',
  'content-language': 'de-AT',
  'content-disposition': `attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.html`,
  'cache-control': 'max-age=3600, must-revalidate',
  expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
};
export const TAGS = { project: 'apollo', 'cost centre': 'a+b=c/d @ -_:.', empty: '' };
export const METADATA = { author: 'octocat', note: 'größer als 日本', 'with-dash': 'a, b; c="d"' };
export const FULL: PutOptions = { metadata: METADATA, headers: HEADERS, tags: TAGS };
