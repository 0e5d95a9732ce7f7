/** Open multipart uploads on disk, so that whoever comes after a killed run can end them. */
import { appendFile, readFile } from 'node:fs/promises';
import { unwritten } from '../disk.ts';

/** Remembers uploads from before they start until they have ended, so that a killed run leaves none behind. */
export interface UploadJournal {
  /** S3 is about to be asked; what comes of it is told by `opened`, or by `settled` when nothing did. */
  opening(upload: Opening): Promise<void>;
  settled(upload: Opening): Promise<void>;
  opened(upload: OpenUpload): Promise<void>;
  closed(upload: OpenUpload): Promise<void>;
}

export interface OpenUpload {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

/** An upload that was asked for. Of one key there is one at a time. */
export interface Opening {
  readonly bucket: string;
  readonly key: string;
  /** When, by the clock of AWS; milliseconds since the epoch. */
  readonly since: number;
}

type Line =
  | (OpenUpload & { readonly state: 'opened' | 'closed' })
  | (Opening & { readonly state: 'opening' | 'settled' });

export class FileJournal implements UploadJournal {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  opening(upload: Opening): Promise<void> {
    return this.#append({ ...upload, state: 'opening' });
  }

  settled(upload: Opening): Promise<void> {
    return this.#append({ ...upload, state: 'settled' });
  }

  opened(upload: OpenUpload): Promise<void> {
    return this.#append({ ...upload, state: 'opened' });
  }

  closed(upload: OpenUpload): Promise<void> {
    return this.#append({ ...upload, state: 'closed' });
  }

  /** Uploads without an end. Lines that were cut short, by a kill or a full disk, are passed over. */
  async stillOpen(): Promise<OpenUpload[]> {
    const open = new Map<string, OpenUpload>();
    for (const { state, ...upload } of parseLines(await this.#read())) {
      if (!('uploadId' in upload)) continue;
      if (state === 'opened') open.set(upload.uploadId, upload);
      else open.delete(upload.uploadId);
    }
    return [...open.values()];
  }

  /** Uploads that were asked for, without a word of what came of it. */
  async stillUnsure(): Promise<Opening[]> {
    const unsure = new Map<string, Opening>();
    for (const { state, ...upload } of parseLines(await this.#read())) {
      if (state === 'opening' && 'since' in upload) unsure.set(upload.key, upload);
      else unsure.delete(upload.key);
    }
    return [...unsure.values()];
  }

  /** @throws FatalError, because no other object could be copied either: nobody would clean up after it */
  async #append(line: Line): Promise<void> {
    try {
      // What stands before it may have been cut short.
      await appendFile(this.#path, `\n${JSON.stringify(line)}\n`);
    } catch (error) {
      throw unwritten(this.#path, error);
    }
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}

function parseLines(text: string): Line[] {
  return text.split('\n').flatMap(line => {
    try {
      return JSON.parse(line) as Line;
    } catch {
      return [];
    }
  });
}
