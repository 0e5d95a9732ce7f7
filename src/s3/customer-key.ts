/**
 * Objects under a key that only their writer has (SSE-C). Whoever does not send it is refused by S3 with the code of
 * any other bad request. (S3 User Guide, "Using server-side encryption with customer-provided keys".)
 */
import type { Trouble } from '../aws/trouble.ts';

export const CUSTOMER_KEY_ADVICE =
  "S3 does not keep customers' keys (SSE-C), and this action takes none. Write such objects anew with SSE-S3 or SSE-KMS in the source, copy them with a tool that has the key, or leave them out with `exclude`.";

/** A HEAD has no words for it: its bare 400, with fresh credentials, is all that it says of such an object. */
export function lacksCustomerKey({ code, message }: Pick<Trouble, 'code' | 'message'>): boolean {
  return (
    code === 'BadRequest' || (code === 'InvalidRequest' && /form of Server Side Encryption/i.test(message))
  );
}
