/**
 * What the parts of the lab say to each other: a request that has been read and authenticated, the answer to it, and
 * the question a service asks before it does anything.
 */
import type { Readable } from 'node:stream';

/** Who signed a request. `undefined` wherever a `Caller` is optional means an anonymous request. */
export interface Caller {
  /** 12-digit account the principal belongs to. */
  readonly account: string;
  /** What GetCallerIdentity answers: a user ARN or `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
  /** What policies name: the user ARN or the role ARN `arn:aws:iam::ACCOUNT:role/ROLE`. */
  readonly principal: string;
  /** The unique id part of GetCallerIdentity, `AROA…:session` or `AIDA…`. */
  readonly userId: string;
  readonly accessKeyId: string;
}

/** One HTTP request, its signature already checked. */
export interface LabRequest {
  /** `x-amz-request-id` of the answer. */
  readonly id: string;
  readonly method: string;
  /** The path exactly as sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Decoded query. A parameter without `=` has the value ''. */
  readonly query: ReadonlyMap<string, string>;
  /** The query as sent, for parameters that are given more than once. */
  readonly search: string;
  /** Lower-case names; values as latin1 strings, as Node gives them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The payload, freed from aws-chunked framing and checked against the signed hash, Content-MD5 and x-amz-checksum-* given. */
  readonly body: Buffer;
  readonly caller: Caller | undefined;
  /** Region and service of the credential scope, `undefined` on anonymous requests. */
  readonly scope: { readonly region: string; readonly service: string } | undefined;
}

export interface LabResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/** A part of AWS or of GitHub that the lab plays. */
export interface Service {
  /** The API's name of what the request asks for, for example `CopyObject`; known before it is carried out, so that faults and counters can name it. */
  operation(request: LabRequest): { readonly name: string; readonly bucket?: string; readonly key?: string };
  handle(request: LabRequest): Promise<LabResponse>;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly unknown[] | unknown;
}

/** May `caller` do this? Asked once for every action a call needs, with the resource's own policy beside it. */
export interface Question {
  readonly caller: Caller | undefined;
  /** `s3:GetObject` */
  readonly action: string;
  /** Full ARN, for example `arn:aws:s3:::bucket/key`. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccount: string;
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** Condition keys and their values, for example `s3:prefix`. */
  readonly context?: Readonly<Record<string, string | string[]>>;
}

/** `why` is worded as AWS words it, and is bare ("Access Denied") across accounts that share no organization. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

export type Authorize = (question: Question) => Promise<Verdict>;
