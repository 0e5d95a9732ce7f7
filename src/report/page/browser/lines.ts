/** The lines of a file of any length, as it is read. */

/** @param visit gets each line, where it begins in the file and where it ends, in bytes; `false` ends the reading */
export type ReadLines = (
  file: Blob,
  visit: (line: string, start: number, end: number) => void,
  told: (share: number) => boolean,
) => Promise<boolean>;

/** Answers whether the file was read to its end. */
export async function readLines(...[file, visit, told]: Parameters<ReadLines>): Promise<boolean> {
  const reader = file.stream().getReader();
  const decoder = new TextDecoder();
  let rest: Uint8Array[] = [];
  let start = 0;
  let read = 0;
  const joined = (last: Uint8Array) => {
    if (rest.length === 0) return last;
    const bytes = new Uint8Array([...rest, last].reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of [...rest, last]) {
      bytes.set(part, at);
      at += part.length;
    }
    rest = [];
    return bytes;
  };
  const line = (last: Uint8Array) => {
    const bytes = joined(last);
    if (bytes.length > 0) visit(decoder.decode(bytes), start, start + bytes.length);
    start += bytes.length + 1;
  };
  for (;;) {
    const { done, value: chunk } = await reader.read();
    if (done) break;
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      line(chunk.subarray(from, end));
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.slice(from));
    read += chunk.length;
    if (!told(read / file.size)) {
      await reader.cancel();
      return false;
    }
  }
  line(new Uint8Array());
  return true;
}
