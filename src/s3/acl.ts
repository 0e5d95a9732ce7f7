/** The access control list of one object, given to its copy. (S3 User Guide, "Access control list (ACL) overview".) */
import { GetObjectAclCommand, type Grant } from '@aws-sdk/client-s3';
import type { ObjectEntry } from '../model/objects.ts';
import type { Bucket } from './bucket.ts';

/** The header of each permission on an object. WRITE has no meaning there. */
const MEMBERS = {
  FULL_CONTROL: 'GrantFullControl',
  READ: 'GrantRead',
  READ_ACP: 'GrantReadACP',
  WRITE_ACP: 'GrantWriteACP',
} as const;

export type Grants = { readonly [Name in (typeof MEMBERS)[keyof typeof MEMBERS]]?: string };

/**
 * The source's grants as a write takes them. What was the source owner's becomes the new owner's; a list that says no
 * more than that is what every object has anyway, and nothing is sent.
 *
 * @param owner canonical user id of the account that will own the copy
 * @throws trouble of the kind `denied` without `s3:GetObjectAcl`
 */
export async function grantsOf(
  from: Bucket,
  source: Pick<ObjectEntry, 'key' | 'versionId'>,
  owner: string,
): Promise<Grants> {
  const { Grants: grants, Owner } = await from.send(new GetObjectAclCommand(from.naming(source)));
  if (grants === undefined) throw new Error('S3 answered 200 without the ACL of the object.');
  const ofOwner = (grant: Grant) => grant.Grantee?.ID !== undefined && grant.Grantee.ID === Owner?.ID;
  if (grants.every(grant => ofOwner(grant) && grant.Permission === 'FULL_CONTROL')) return {};
  return Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([permission, member]) => {
      const grantees = grants
        .filter(grant => grant.Permission === permission)
        .flatMap(grant => (ofOwner(grant) ? `id="${owner}"` : (granteeOf(grant) ?? [])));
      return grantees.length > 0 ? [[member, grantees.join(', ')]] : [];
    }),
  );
}

function granteeOf({ Grantee }: Grant): string | undefined {
  if (Grantee?.URI !== undefined) return `uri="${Grantee.URI}"`;
  return Grantee?.ID === undefined ? undefined : `id="${Grantee.ID}"`;
}
