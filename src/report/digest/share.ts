/** Counting objects that have something in common. */
import type { ObjectRecord, Share } from '../../record.ts';

export class ShareCount implements Share {
  objects = 0;
  bytes = 0;
  copied = 0;
  failed = 0;

  /** @param record of an object of the source */
  count({ action, size }: ObjectRecord): void {
    this.objects++;
    this.bytes += size;
    if (action === 'copied' || action === 'would-copy') this.copied++;
    if (action === 'failed') this.failed++;
  }

  add({ objects, bytes, copied, failed }: Share): void {
    this.objects += objects;
    this.bytes += bytes;
    this.copied += copied;
    this.failed += failed;
  }

  toShare(): Share {
    return { objects: this.objects, bytes: this.bytes, copied: this.copied, failed: this.failed };
  }
}
