/** Requests that were never answered: what is at fault is between this machine and AWS, and no policy. */
import type { Fix } from '../model/checks.ts';
import type { Trouble } from './trouble.ts';

/** Codes of OpenSSL and of Node for certificates that are not trusted. (Node.js, "TLS: X509 certificate error codes".) */
const UNTRUSTED =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

/** Not all that begin with an E: files that are missing have such codes, too. */
const UNANSWERED =
  /^(ECONN[A-Z]+|ENOTFOUND|EAI_\w+|E(HOST|NET)(UNREACH|DOWN)|EPIPE|EPROTO|ETIMEDOUT|TimeoutError|UND_ERR_\w+|ERR_(TLS|SSL)_\w+)$/;

/** What to do where no answer came; `undefined` where one did, or where that is not why. */
export function whenUnreachable({ status, code }: Pick<Trouble, 'status' | 'code'>): Fix | undefined {
  if (status !== 0) return undefined;
  if (UNTRUSTED.test(code))
    return {
      todo: 'Something on the way shows a certificate that this machine does not trust, such as a proxy. Name its authority in `AWS_CA_BUNDLE` or `NODE_EXTRA_CA_CERTS` (a PEM file).',
    };
  return UNANSWERED.test(code)
    ? {
        todo: 'No answer came from there. Check the Region, `AWS_ENDPOINT_URL`, `HTTPS_PROXY` and `NO_PROXY`, and what the network of the runner lets out.',
      }
    : undefined;
}
