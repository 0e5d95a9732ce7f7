/**
 * Prefixes that are taken as they stand and were probably meant as folders: `s3://a/photos/` to `s3://b/backup` makes
 * `backup1.jpg` of `photos/1.jpg`.
 */
import { visible } from '../errors.ts';
import type { Location } from '../model/objects.ts';
import type { Settings } from '../model/settings.ts';
import { formatLocation } from './location.ts';

/** At most one sentence about each of the two prefixes. */
export function hintOnPrefixes({ source, destination }: Settings): string[] {
  return [
    ...hintOnSlashes(source.location, destination.location),
    ...hintOnOddParts(source.location, destination.location),
  ];
}

/** What ends in `-`, `_`, `=` or the like was meant to be put before a name. */
const WORD_AT_END = /[\p{L}\p{N}]$/u;

function isFolder(prefix: string): boolean {
  return prefix === '' || prefix.endsWith('/');
}

function hintOnSlashes(from: Location, to: Location): string[] {
  if (isFolder(from.prefix) && WORD_AT_END.test(to.prefix))
    return [
      `destination: ${endsWithoutSlash(to)} ${arrivesAs(`${from.prefix}NAME`, `${to.prefix}NAME`)} ${asFolder(to)}`,
    ];
  if (isFolder(to.prefix) && WORD_AT_END.test(from.prefix))
    return [
      `source: ${endsWithoutSlash(from)} ${arrivesAs(`${from.prefix}/NAME`, `${to.prefix}/NAME`)} ${asFolder(from)}`,
    ];
  return [];
}

function endsWithoutSlash(location: Location): string {
  return `${visible(formatLocation(location))} does not end in a slash, so that`;
}

function arrivesAs(key: string, copy: string): string {
  return `"${visible(key)}" arrives as "${visible(copy)}".`;
}

function asFolder({ bucket, prefix }: Location): string {
  return `Write ${visible(formatLocation({ bucket, prefix: `${prefix}/` }))} to mean the folder.`;
}

/** What hardly anybody wants in every key of the destination, unless the source has it too. */
const ODD: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an empty part between slashes, maybe of an empty variable', /^\/|\/\//],
  ['white space at its beginning or end', /^\s|\s$/],
  ['"*", which is no wildcard here', /\*/],
];

function hintOnOddParts(from: Location, to: Location): string[] {
  const [odd] = ODD.find(([, pattern]) => pattern.test(to.prefix) && !pattern.test(from.prefix)) ?? [];
  return odd === undefined
    ? []
    : [`destination: the prefix "${visible(to.prefix)}" has ${odd}. The key of every copy begins with it.`];
}
