import type { Caller, LabRequest } from '../kinds.ts';

/** What is asked of S3 from inside the lab, in so far as it differs from nothing. */
export type Inside = Partial<Pick<LabRequest, 'headers' | 'body'>> & {
  readonly caller: Caller;
  /** Whose endpoint is asked. */
  readonly region: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
};

/** A request that never went over the wire. */
export const insideRequest = ({
  caller,
  region,
  query = {},
  headers = {},
  body = Buffer.alloc(0),
}: Inside): LabRequest => ({
  id: 'inside',
  method: 'GET',
  path: '/',
  query: new Map(Object.entries(query)),
  search: '',
  headers,
  body,
  caller,
  scope: { region, service: 's3' },
});
