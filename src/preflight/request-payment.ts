/** A source whose readers pay has to be told that they will (S3 User Guide, "Using Requester Pays buckets"). */
import type { Check } from './scene.ts';
import { isForeign, workersOf } from './scene.ts';

export const checkRequestPayment: Check = scene => {
  const { settings, from, facts } = scene;
  const { reader } = workersOf(scene);
  const check = 'source-request-payment';
  const { payer } = facts.source;
  if (!payer.known)
    return [{ check, verdict: 'unknown', seen: `Who pays for requests on the source: ${payer.why}.` }];
  if (payer.value === 'BucketOwner')
    return [{ check, verdict: 'pass', seen: 'The bucket owner pays for requests on the source.' }];
  const seen = `The source is Requester Pays: account ${reader.account ?? 'of the signer'} pays for requests and transfer.`;
  if (settings.requestPayer || !isForeign(reader, from)) return [{ check, verdict: 'pass', seen }];
  const todo =
    scene.datasync === undefined
      ? 'Set `request-payer: true` to accept the charges.'
      : 'Use `engine: copy` or `stream` with `request-payer: true`, or have the owner pay: DataSync does not say that it will.';
  return [{ check, verdict: 'fail', seen, fix: { todo } }];
};
