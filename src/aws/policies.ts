/**
 * The statements people have to paste, with the real ARNs in them: the smallest that let a run do what it was asked to.
 * Actions per call: S3 User Guide, "Policy actions for Amazon S3".
 */
import type { Location } from '../model/objects.ts';
import { accountOf } from './arn.ts';

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal?:
    | { readonly AWS: string }
    | { readonly Federated: string }
    | { readonly Service: string | readonly string[] };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The actions that a statement is about, be they one or many. */
export function actionsOf({ Action }: Statement): readonly string[] {
  return [Action].flat();
}

export function bucketArn({ bucket }: Location, partition: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

/** Every object the location can hold. */
export function objectsArn(location: Location, partition: string): string {
  return `${bucketArn(location, partition)}/${location.prefix}*`;
}

export function listStatement(location: Location, partition: string, versions = false): Statement {
  return {
    Sid: 'S3SyncList',
    Effect: 'Allow',
    Action: versions ? ['s3:ListBucket', 's3:ListBucketVersions'] : 's3:ListBucket',
    Resource: bucketArn(location, partition),
  };
}

/** What is to be read of an object besides its content and metadata. */
export interface ReadNeeds {
  readonly tags: boolean;
  readonly lock: boolean;
  readonly acl: boolean;
  /** Its older versions as well. */
  readonly versions: boolean;
}

export function readStatement(location: Location, partition: string, needs: ReadNeeds): Statement {
  const actions = [
    's3:GetObject',
    ...(needs.tags ? ['s3:GetObjectTagging'] : []),
    ...(needs.acl ? ['s3:GetObjectAcl'] : []),
  ];
  return {
    Sid: 'S3SyncRead',
    Effect: 'Allow',
    Action: [
      ...(needs.versions ? actions.flatMap(action => [action, ofVersion(action)]) : actions),
      // The same for every version.
      ...(needs.lock ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : []),
    ],
    Resource: objectsArn(location, partition),
  };
}

/** The action on one version that goes with an action on objects: `s3:GetObjectVersionTagging`. */
function ofVersion(action: string): string {
  return action.replace('Object', 'ObjectVersion');
}

/**
 * Delete markers, which are put where the source's history has one.
 *
 * @param conditional on the ETag that was listed: S3 asks who may know it
 */
export function markStatement(location: Location, partition: string, conditional = false): Statement {
  return {
    Sid: 'S3SyncMark',
    Effect: 'Allow',
    Action: conditional ? ['s3:DeleteObject', 's3:GetObject'] : 's3:DeleteObject',
    Resource: objectsArn(location, partition),
  };
}

/** Whose the bucket is in the language of ACLs. */
export function bucketAclStatement(location: Location, partition: string): Statement {
  return {
    Sid: 'S3SyncBucketAcl',
    Effect: 'Allow',
    Action: 's3:GetBucketAcl',
    Resource: bucketArn(location, partition),
  };
}

/** What the checks ask of a bucket's settings, and can do without. */
const SETTINGS: readonly string[] = [
  's3:GetBucketVersioning',
  's3:GetBucketOwnershipControls',
  's3:GetEncryptionConfiguration',
  's3:GetBucketObjectLockConfiguration',
  's3:GetBucketRequestPayment',
  's3:GetBucketAcl',
];

export function settingsStatement(location: Location, partition: string, actions = SETTINGS): Statement {
  return {
    Sid: 'S3SyncSettings',
    Effect: 'Allow',
    Action: actions,
    Resource: bucketArn(location, partition),
  };
}

/** Whether a bucket keeps versions. */
export function versioningStatement(location: Location, partition: string): Statement {
  return {
    Sid: 'S3SyncVersioning',
    Effect: 'Allow',
    Action: 's3:GetBucketVersioning',
    Resource: bucketArn(location, partition),
  };
}

/** Asking archived objects back; which tier of Intelligent-Tiering one is in only HeadObject tells. */
export function restoreStatement(location: Location, partition: string): Statement {
  return {
    Sid: 'S3SyncRestore',
    Effect: 'Allow',
    Action: ['s3:RestoreObject', 's3:GetObject'],
    Resource: objectsArn(location, partition),
  };
}

/**
 * Reading what lies under a customer managed key.
 *
 * @param key its ARN; in the policy of the key itself, where it has no other name, `*`
 */
export function decryptStatement(key = '*'): Statement {
  return { Sid: 'S3SyncDecrypt', Effect: 'Allow', Action: 'kms:Decrypt', Resource: key };
}

/** Writing under one; S3 reads back what was written in parts. (S3 API, CreateMultipartUpload, "Permissions".) */
export function encryptStatement(key = '*'): Statement {
  const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
  return { Sid: 'S3SyncEncrypt', Effect: 'Allow', Action: actions, Resource: key };
}

/** What KMS is told of a request that S3 of a Region makes for somebody. (KMS Developer Guide, "kms:ViaService".) */
export function viaS3(region: string, partition: string): string {
  return `s3.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

export interface WriteNeeds extends Omit<ReadNeeds, 'versions'> {
  readonly delete: boolean;
}

export function writeStatement(location: Location, partition: string, needs: WriteNeeds): Statement {
  return {
    Sid: 'S3SyncWrite',
    Effect: 'Allow',
    Action: [
      's3:PutObject',
      's3:AbortMultipartUpload',
      ...(needs.tags ? ['s3:PutObjectTagging'] : []),
      ...(needs.lock ? ['s3:PutObjectRetention', 's3:PutObjectLegalHold'] : []),
      ...(needs.acl ? ['s3:PutObjectAcl'] : []),
      // Deletions are conditional on the listed ETag, for which S3 also requires the permission to read the object.
      ...(needs.delete ? ['s3:DeleteObject', 's3:GetObject'] : []),
    ],
    Resource: objectsArn(location, partition),
  };
}

/** For whoever writes manifests and reads reports: all of it, also removing them again. */
export function workStatement(location: Location, partition: string): Statement {
  return {
    Sid: 'S3SyncWork',
    Effect: 'Allow',
    Action: ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'],
    Resource: [bucketArn(location, partition), objectsArn(location, partition)],
  };
}

/** The same statement as a bucket policy states it: with the principal it is for. */
export function forPrincipal(statement: Statement, arn: string): Statement {
  const { Sid, Effect, ...rest } = statement;
  return { Sid, Effect, Principal: { AWS: arn }, ...rest };
}

/** For whoever has a service of AWS work under a role. (IAM User Guide, "Granting a user permissions to pass a role".) */
export function passRoleStatement(role: string, service: string): Statement {
  return {
    // One policy can have it for several services, and takes no Sid twice.
    Sid: `S3SyncPassRole${nameOf(service)}`,
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: role,
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  };
}

/**
 * Of the trust policy of a role: the service may assume it, on behalf of the role's own account only. (IAM User Guide, "The
 * confused deputy problem".)
 *
 * @param service its principal, for example `datasync.amazonaws.com`
 * @param sourceArn a pattern of what the service acts for, where it tells
 */
export function serviceTrustStatement(role: string, service: string, sourceArn?: string): Statement {
  return {
    Sid: `S3SyncTrust${nameOf(service)}`,
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': accountOf(role) },
      ...(sourceArn !== undefined && { ArnLike: { 'aws:SourceArn': sourceArn } }),
    },
  };
}

/** `Datasync` of `datasync.amazonaws.com`. */
function nameOf(service: string): string {
  const [name = ''] = service.split('.');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** For whoever checks, before a service needs them, whether a role and the caller's own permissions are sufficient. */
export function lookStatement(role: string, caller: string | undefined): Statement {
  return {
    Sid: 'S3SyncLookAtRoles',
    Effect: 'Allow',
    Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'],
    Resource: caller === undefined ? role : [role, caller],
  };
}

/** Reading what the policy of a bucket says to others. */
export function bucketPolicyStatement(location: Location, partition: string): Statement {
  return {
    Sid: 'S3SyncBucketPolicy',
    Effect: 'Allow',
    Action: 's3:GetBucketPolicy',
    Resource: bucketArn(location, partition),
  };
}

/** Putting a statement into the policy of a bucket for a run, and taking it out again. */
export function grantingStatement(location: Location, partition: string): Statement {
  return {
    Sid: 'S3SyncGrant',
    Effect: 'Allow',
    Action: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
    Resource: bucketArn(location, partition),
  };
}

/** The trust policy of a role for exactly these subjects of GitHub's tokens. */
export function trustStatement(
  account: string,
  partition: string,
  issuer: string,
  audience: string,
  subjects: readonly string[],
): Statement {
  return {
    Sid: 'GitHubActions',
    Effect: 'Allow',
    Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subjects } },
  };
}

export function asPolicy(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
}
