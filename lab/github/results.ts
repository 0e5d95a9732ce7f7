/**
 * GitHub's artifact service as `@actions/artifact` speaks to it: Twirp calls around an upload to Azure blob storage.
 * https://github.com/actions/toolkit/tree/main/packages/artifact
 */
import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { UnsecuredJWT } from 'jose';
import type { LabRequest, LabResponse, Service } from '../kinds.ts';

export interface Artifact {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly expiresAt: string | undefined;
  /** A zip archive, unless the client was told not to make one. */
  readonly bytes: Buffer;
}

interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly expiresAt: string | undefined;
  readonly blocks: Map<string, Buffer>;
  bytes: Buffer | undefined;
}

const TWIRP = '/twirp/github.actions.results.api.v1.ArtifactService/';
// Three parts, so that Azure's client reads account, container and blob out of it.
const BLOBS = '/_github/results/';
const blobListParser = new XMLParser({ parseTagValue: false, isArray: name => name === 'Latest' });

export class Results implements Service {
  readonly #uploads = new Map<string, Upload>();
  readonly #finished = new Map<string, Artifact>();

  static claims(path: string): boolean {
    return path.startsWith(TWIRP) || path.startsWith(BLOBS);
  }

  /** `ACTIONS_RUNTIME_TOKEN`: the client reads the ids of run and job out of its scope. */
  readonly runtimeToken = new UnsecuredJWT({
    scp: 'Actions.Example Actions.Results:lab-run:lab-job',
  }).encode();

  /** Of the addresses handed out to upload to; whoever has one may write there. */
  readonly signatures: string[] = [];

  /** What has been uploaded and finalized, in order. */
  artifacts(): readonly Artifact[] {
    return [...this.#finished.values()];
  }

  artifact(name: string): Artifact | undefined {
    return this.#finished.get(name);
  }

  operation({ path, query }: LabRequest): { name: string; key?: string } {
    if (path.startsWith(TWIRP)) return { name: path.slice(TWIRP.length) };
    return {
      name: query.get('comp') === 'blocklist' ? 'PutBlockList' : 'PutBlock',
      key: path.slice(BLOBS.length),
    };
  }

  async handle(request: LabRequest): Promise<LabResponse> {
    if (request.path.startsWith(BLOBS)) return this.#storeBlob(request);
    if (request.headers.authorization !== `Bearer ${this.runtimeToken}`) {
      return twirpError(401, 'unauthenticated', 'invalid or missing runtime token');
    }
    const call = JSON.parse(request.body.toString('utf8'));
    switch (request.path.slice(TWIRP.length)) {
      case 'CreateArtifact':
        return this.#create(call, `http://${request.headers.host}`);
      case 'FinalizeArtifact':
        return this.#finalize(call);
      default:
        return twirpError(404, 'bad_route', `no handler for path ${request.path}`);
    }
  }

  #create(call: Record<string, string>, endpoint: string): LabResponse {
    const { name = '', mime_type: mimeType = 'application/zip', expires_at: expiresAt } = call;
    if (this.#finished.has(name)) {
      return twirpError(
        409,
        'already_exists',
        'an artifact with this name already exists on the workflow run',
      );
    }
    const id = String(this.#uploads.size + 1);
    this.#uploads.set(id, { name, mimeType, expiresAt, blocks: new Map(), bytes: undefined });
    const signature = crypto.randomUUID();
    this.signatures.push(signature);
    return json({ ok: true, signed_upload_url: `${endpoint}${BLOBS}${id}?sig=${signature}` });
  }

  #finalize({ name = '', size, hash }: Record<string, string>): LabResponse {
    const [id, upload] = [...this.#uploads].findLast(([, candidate]) => candidate.name === name) ?? [];
    if (id === undefined || upload?.bytes === undefined) {
      return twirpError(404, 'not_found', 'no uploaded artifact of this name');
    }
    const { bytes, mimeType, expiresAt } = upload;
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (Number(size) !== bytes.length || (hash !== undefined && hash !== digest)) {
      return twirpError(400, 'invalid_argument', 'size or hash does not fit what was uploaded');
    }
    this.#finished.set(name, { id, name, mimeType, expiresAt, bytes });
    return json({ ok: true, artifact_id: id });
  }

  /** Put Block and Put Block List: https://learn.microsoft.com/en-us/rest/api/storageservices/put-block-list */
  #storeBlob({ id, path, query, body }: LabRequest): LabResponse {
    const upload = this.#uploads.get(path.slice(BLOBS.length));
    if (!upload) return { status: 404 };
    if (query.get('comp') === 'block') {
      upload.blocks.set(query.get('blockid') ?? '', body);
    } else {
      const latest: readonly string[] = blobListParser.parse(body).BlockList?.Latest ?? [];
      upload.bytes = Buffer.concat(latest.map(block => upload.blocks.get(block) ?? Buffer.alloc(0)));
    }
    return { status: 201, headers: { 'x-ms-request-id': id, etag: `"${id}"` } };
  }
}

function json(body: unknown, status = 200): LabResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function twirpError(status: number, code: string, msg: string): LabResponse {
  return json({ code, msg }, status);
}
