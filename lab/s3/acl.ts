/** Access control lists and object ownership, the rules of `Object Ownership` in the S3 User Guide. */
import { createHash } from 'node:crypto';
import type { Bucket } from './bucket.ts';
import { accessDenied, invalidArgument, S3Error } from './errors.ts';
import type { Grant, Permission } from './object.ts';
import { element, text } from './xml.ts';

const ALL_USERS = 'AllUsers';
const AUTHENTICATED_USERS = 'AuthenticatedUsers';

/** The 64 hex digits that stand for an account in ACLs. */
export const canonicalId = (account: string): string => createHash('sha256').update(account).digest('hex');

const GRANT_HEADERS: Readonly<Record<string, Permission>> = {
  'x-amz-grant-full-control': 'FULL_CONTROL',
  'x-amz-grant-read': 'READ',
  'x-amz-grant-read-acp': 'READ_ACP',
  'x-amz-grant-write-acp': 'WRITE_ACP',
};

type Headers = Readonly<Record<string, string>>;

export const sendsAcl = (headers: Headers): boolean =>
  headers['x-amz-acl'] !== undefined || Object.keys(GRANT_HEADERS).some(name => headers[name] !== undefined);

/**
 * The grants a write asks for, refused where the bucket takes no ACLs or no public ones.
 * Source: User Guide, object-ownership-error-responses and troubleshoot-403-errors.
 */
export function grantsOf(headers: Headers, bucket: Bucket): readonly Grant[] {
  const grants = [...cannedGrants(headers['x-amz-acl'], bucket), ...explicitGrants(headers)];
  const ownerOnly = (grant: Grant) =>
    grant.permission === 'FULL_CONTROL' && grant.grantee === canonicalId(bucket.account);
  if (bucket.ownership === 'BucketOwnerEnforced' && sendsAcl(headers)) {
    if (grants.length === 0 || !grants.every(ownerOnly)) {
      throw new S3Error(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
    }
  }
  const isPublic = grants.some(({ grantee }) => grantee === ALL_USERS || grantee === AUTHENTICATED_USERS);
  if (isPublic && bucket.publicAccessBlock?.BlockPublicAcls) {
    throw accessDenied(
      'Access Denied because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.',
    );
  }
  return grants;
}

function cannedGrants(acl: string | undefined, bucket: Bucket): readonly Grant[] {
  const owner = canonicalId(bucket.account);
  switch (acl) {
    case undefined:
    case 'private':
    case 'aws-exec-read':
      return [];
    case 'bucket-owner-full-control':
      return [{ grantee: owner, permission: 'FULL_CONTROL' }];
    case 'bucket-owner-read':
      return [{ grantee: owner, permission: 'READ' }];
    case 'authenticated-read':
      return [{ grantee: AUTHENTICATED_USERS, permission: 'READ' }];
    case 'public-read':
      return [{ grantee: ALL_USERS, permission: 'READ' }];
    case 'public-read-write':
      return [
        { grantee: ALL_USERS, permission: 'READ' },
        { grantee: ALL_USERS, permission: 'WRITE' },
      ];
    default:
      throw invalidArgument('Invalid canned ACL', 'x-amz-acl', acl);
  }
}

/** `x-amz-grant-read: id="…", uri="…"`. */
function explicitGrants(headers: Headers): readonly Grant[] {
  return Object.entries(GRANT_HEADERS).flatMap(([name, permission]) =>
    (headers[name] ?? '')
      .split(',')
      .filter(grantee => grantee.trim() !== '')
      .map(grantee => ({ grantee: granteeOf(name, grantee.trim()), permission })),
  );
}

function granteeOf(header: string, grantee: string): string {
  const [, type, value = ''] = /^(id|uri)="?([^"]+)"?$/.exec(grantee) ?? [];
  if (type === undefined) throw invalidArgument('Argument format not recognized', header, grantee);
  return type === 'id' ? value : value.slice(value.lastIndexOf('/') + 1);
}

/** Who owns what `writer` writes into the bucket. Source: User Guide, about-object-ownership. */
export function ownerOnWrite(bucket: Bucket, writer: string, grants: readonly Grant[]): string {
  if (bucket.ownership === 'BucketOwnerEnforced') return bucket.account;
  const owner = canonicalId(bucket.account);
  const handedOver = grants.some(grant => grant.grantee === owner && grant.permission === 'FULL_CONTROL');
  return bucket.ownership === 'BucketOwnerPreferred' && handedOver ? bucket.account : writer;
}

/** Whether the ACL of an object lets an account do something; its owner may do everything. */
export function aclAllows(
  object: { readonly owner: string; readonly grants: readonly Grant[] },
  account: string | undefined,
  permission: Permission,
): boolean {
  if (account === object.owner) return true;
  const grantees =
    account === undefined ? [ALL_USERS] : [ALL_USERS, AUTHENTICATED_USERS, canonicalId(account)];
  return object.grants.some(
    grant =>
      grantees.includes(grant.grantee) &&
      (grant.permission === permission || grant.permission === 'FULL_CONTROL'),
  );
}

export const ownerXml = (account: string): string => element('Owner', text('ID', canonicalId(account)));

/** The children of an `AccessControlPolicy` document. */
export function aclXml(owner: string, grants: readonly Grant[]): string {
  const own: Grant = { grantee: canonicalId(owner), permission: 'FULL_CONTROL' };
  const named = grants.some(
    ({ grantee, permission }) => grantee === own.grantee && permission === own.permission,
  );
  const all = named ? grants : [own, ...grants];
  return ownerXml(owner) + element('AccessControlList', ...all.map(grantXml));
}

function grantXml({ grantee, permission }: Grant): string {
  const group = grantee === ALL_USERS || grantee === AUTHENTICATED_USERS;
  const who = group ? text('URI', `http://acs.amazonaws.com/groups/global/${grantee}`) : text('ID', grantee);
  const type = group ? 'Group' : 'CanonicalUser';
  const attributes = `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}"`;
  return element('Grant', `<Grantee ${attributes}>${who}</Grantee>`, text('Permission', permission));
}
