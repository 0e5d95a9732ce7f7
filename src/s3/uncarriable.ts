/** A source that cannot be carried with all that was asked for. Nothing was written of it. */
export class UncarriableError extends Error {
  override readonly name: 'UnreadableMetadata' | 'ChecksumNotKept';
  readonly reason: 'unreadable-metadata' | 'checksum-not-kept';

  constructor(reason: UncarriableError['reason'], message: string) {
    super(message);
    this.reason = reason;
    this.name = reason === 'checksum-not-kept' ? 'ChecksumNotKept' : 'UnreadableMetadata';
  }
}
