/** The bucket policy, which only the bucket's own account may touch. */
import type { LabResponse, PolicyDocument } from '../kinds.ts';
import { demandOnBucket } from './access.ts';
import { accessDenied, S3Error } from './errors.ts';
import { isPublic } from './policy.ts';
import type { BucketCall } from './world.ts';
import { document, text } from './xml.ts';

export async function getBucketPolicy(call: BucketCall): Promise<LabResponse> {
  await demandAsOwner(call, 's3:GetBucketPolicy');
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: textOf(existing(call)),
  };
}

export async function putBucketPolicy(call: BucketCall): Promise<LabResponse> {
  const { bucket, request } = call;
  await demandAsOwner(call, 's3:PutBucketPolicy');
  const policy = parsePolicy(request.body);
  if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublic(policy)) {
    throw accessDenied(
      'Access Denied because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    );
  }
  bucket.policy = policy;
  texts.set(policy, request.body.toString());
  return { status: 204 };
}

export async function deleteBucketPolicy(call: BucketCall): Promise<LabResponse> {
  await demandAsOwner(call, 's3:DeleteBucketPolicy');
  call.bucket.policy = undefined;
  return { status: 204 };
}

export async function getBucketPolicyStatus(call: BucketCall): Promise<LabResponse> {
  await demandAsOwner(call, 's3:GetBucketPolicyStatus');
  return { status: 200, body: document('PolicyStatus', text('IsPublic', isPublic(existing(call)))) };
}

/** A caller of another account is turned away even when a policy lets it in. Source: API Reference, GetBucketPolicy. */
async function demandAsOwner(call: BucketCall, action: string): Promise<void> {
  await demandOnBucket(call, call.bucket, action);
  if (call.request.caller?.account === call.bucket.account) return;
  throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    Method: call.request.method,
    ResourceType: 'BUCKETPOLICY',
  });
}

function existing({ bucket }: BucketCall): PolicyDocument {
  if (bucket.policy) return bucket.policy;
  throw new S3Error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', {
    BucketName: bucket.name,
  });
}

/** Policies as they were sent. Those that a test has put there have no text of their own. */
const texts = new WeakMap<PolicyDocument, string>();

/** What GetBucketPolicy answers. */
export function textOf(policy: PolicyDocument): string {
  return texts.get(policy) ?? JSON.stringify(policy);
}

/** Bytes. Source: User Guide, bucket-policies. */
const LARGEST = 20 * 1024;

function parsePolicy(body: Buffer): PolicyDocument {
  const malformed = (why: string) => new S3Error(400, 'MalformedPolicy', why);
  if (body.length > LARGEST) throw malformed('Policies may have no more than 20 KB');
  let policy: unknown;
  try {
    policy = JSON.parse(body.toString());
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) {
    throw malformed('Missing required field Statement');
  }
  const statements = [policy.Statement].flat() as readonly { readonly Sid?: unknown }[];
  if (statements.length === 0) throw malformed('Policy statement must contain at least one statement');
  const sids = statements.flatMap(({ Sid }) => Sid ?? []);
  // Source: IAM User Guide, reference_policies_elements_sid.
  if (sids.some(sid => typeof sid !== 'string' || !/^[A-Za-z0-9]*$/.test(sid)))
    throw malformed('The Sid element supports letters and digits only');
  if (new Set(sids).size < sids.length)
    throw malformed('Statement IDs (SID) in a single policy must be unique');
  return policy as PolicyDocument;
}
