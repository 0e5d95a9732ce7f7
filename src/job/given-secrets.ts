/** The secrets that a process finds in its environment, whatever use is made of them. */
import querystring from 'node:querystring';
import { PROXIES } from '../aws/endpoint.ts';
import { keepSecret } from '../errors.ts';

const TOKENS = ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'S3_SYNC_ID_TOKEN'];

/** Remembers the tokens that the CI system hands over, and the passwords of proxies. */
export function keepGivenSecrets(environment: NodeJS.ProcessEnv): void {
  for (const name of TOKENS) keepSecret(environment[name] ?? '');
  for (const name of PROXIES) keepPassword(environment[name] ?? '');
}

/** As it stands in an address such as `http://user:password@proxy:3128`, and as the proxy gets it. (RFC 7617.) */
function keepPassword(address: string): void {
  const { username = '', password = '' } = URL.parse(address) ?? {};
  keepSecret(password);
  const plain = querystring.unescape(`${username}:${password}`);
  if (password !== '') keepSecret(Buffer.from(plain).toString('base64'));
}
