/** Ends what a killed run left open. Runs in another process, with an identity of its own making. */
import { createDispatcher, createRequestHandler } from '../aws/endpoint.ts';
import { identify } from '../aws/identity.ts';
import type { Scene } from '../preflight/scene.ts';
import { Bucket, type Network, RequestCounter } from '../s3/bucket.ts';
import { FileJournal } from '../s3/journal.ts';
import { abortUpload } from '../s3/multipart.ts';
import { Connection } from '../s3/wire/connection.ts';
import type { CleanUp, Host } from './host.ts';

const SOCKETS = 16;

export function cleanUpFor(
  { settings, to }: Scene,
  host: Pick<Host, 'sessionName'>,
  journal: string,
): CleanUp {
  return {
    journal,
    side: to.identity.side,
    roleArn: settings[to.identity.side].roleArn,
    audience: settings.audience,
    sessionName: settings.sessionName ?? host.sessionName,
    sessionSeconds: settings.sessionSeconds,
    bucket: to.location.bucket,
    region: to.region,
    owner: to.owner,
  };
}

/** Are there uploads that the run could not end itself? */
export async function isCleanUpDue(left: CleanUp | undefined): Promise<boolean> {
  return left !== undefined && (await new FileJournal(left.journal).stillOpen()).length > 0;
}

/**
 * Aborts the multipart uploads that the journal shows as open.
 *
 * @returns how many there were
 * @throws FatalError when the identity cannot be had, or what S3 answered when an upload cannot be aborted
 */
export async function cleanUp(
  left: CleanUp,
  host: Pick<Host, 'environment' | 'idToken' | 'mask'>,
  aborting: AbortSignal,
): Promise<number> {
  const uploads = await new FileJournal(left.journal).stillOpen();
  if (uploads.length === 0) return 0;
  const requestHandler = createRequestHandler(host.environment, SOCKETS);
  const identity = await identify(left, { ...host, requestHandler, aborting });
  const network: Network = {
    environment: host.environment,
    requestHandler,
    connection: new Connection(createDispatcher(host.environment, SOCKETS), aborting),
    aborting,
    requests: new RequestCounter(),
  };
  const { region, owner } = left;
  const bucket = new Bucket(
    { location: { bucket: left.bucket, prefix: '' }, region, owner, requestPayer: false, identity },
    network,
  );
  for (const upload of uploads) await abortUpload(bucket, upload);
  return uploads.length;
}
