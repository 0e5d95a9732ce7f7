/** Parts of a page that is to stay below a size: those that no longer fit are left out and counted. */

/** @param room bytes of UTF-8, of which each part takes two more for what stands between it and the next */
export function fitting(
  parts: readonly string[],
  room: number,
): { readonly kept: string[]; readonly left: number } {
  let used = 0;
  const kept = parts.filter(part => {
    const size = Buffer.byteLength(part) + 2;
    if (used + size > room) return false;
    used += size;
    return true;
  });
  return { kept, left: parts.length - kept.length };
}
