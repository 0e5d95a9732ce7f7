/** The checks that every run makes once both buckets have been found. The order is the order in which they are told. */
import { checkEncryption } from './encryption.ts';
import { checkListable } from './listable.ts';
import { checkObjectLock } from './object-lock.ts';
import { checkOwners } from './owner.ts';
import { checkOwnership } from './ownership.ts';
import { checkReadable } from './readable.ts';
import { checkRequestPayment } from './request-payment.ts';
import type { Check } from './scene.ts';
import { checkVersioning } from './versioning.ts';
import { checkWritable } from './writable.ts';

export const CHECKS: readonly Check[] = [
  checkOwners,
  checkListable,
  checkReadable,
  checkWritable,
  checkVersioning,
  checkOwnership,
  checkEncryption,
  checkObjectLock,
  checkRequestPayment,
];
