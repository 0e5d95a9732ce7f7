/** A door with a service behind it that accepts everything and remembers what reached it. */
import { createClock } from '../../lab/clock.ts';
import { queryDialect, s3Dialect } from '../../lab/errors.ts';
import { Faults } from '../../lab/faults.ts';
import { openDoor } from '../../lab/http.ts';
import { Accounts } from '../../lab/iam/accounts.ts';
import { Sessions } from '../../lab/iam/sessions.ts';
import type { LabRequest, LabResponse, Service } from '../../lab/kinds.ts';
import { STS_API } from '../../lab/query.ts';
import { RequestLog } from '../../lab/request-log.ts';
import { claimedService } from '../../lab/sigv4.ts';

export const ACCOUNT = '111122223333';

const emptyAnswer = async (): Promise<LabResponse> => ({ status: 200, headers: { etag: '"e"' } });

export async function openEcho(handle: (request: LabRequest) => Promise<LabResponse> = emptyAnswer) {
  const received: LabRequest[] = [];
  const clock = createClock();
  const accounts = new Accounts();
  accounts.add(ACCOUNT);
  const sessions = new Sessions(accounts, clock.now);
  const faults = new Faults();
  const requests = new RequestLog();
  const service: Service = {
    operation: ({ method, path }) => {
      const [, bucket = '', key = ''] = path.match(/^\/([^/]*)\/?(.*)$/) ?? [];
      return {
        name: `${method[0]}${method.slice(1).toLowerCase()}Object`,
        bucket,
        key: decodeURIComponent(key),
      };
    },
    handle: request => {
      received.push(request);
      return handle(request);
    },
  };
  let count = 0;
  const door = await openDoor({
    routes: [
      {
        name: 'sts',
        service,
        dialect: queryDialect(STS_API.namespace),
        claims: request => claimedService(request) === 'sts',
      },
      { name: 's3', service, dialect: s3Dialect, claims: () => true },
    ],
    clock,
    findKey: id => accounts.key(id) ?? sessions.key(id),
    faults,
    requests,
    id: () => `REQUEST${count++}`,
  });
  const user = accounts.addUser(ACCOUNT, 'ada');
  const role = accounts.addRole({
    account: ACCOUNT,
    name: 'sync',
    trustPolicy: { Statement: [] },
  });
  return { ...door, received, clock, accounts, sessions, faults, requests, user, role };
}
