/** Temporary credentials: whom they stand for, what narrows them, and when they end. */
import { randomBytes } from 'node:crypto';
import type { PolicyDocument } from '../kinds.ts';
import type { Accounts, Role } from './accounts.ts';
import { type AccessKey, secret, uniqueId } from './keys.ts';

export interface Session extends AccessKey {
  readonly sessionToken: string;
  readonly expiration: Date;
  readonly issued: Date;
  /** Narrows what the role may do; `undefined` leaves the role as it is. */
  readonly policy: PolicyDocument | undefined;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #accounts: Accounts;
  readonly #now: () => Date;

  constructor(accounts: Accounts, now: () => Date) {
    this.#accounts = accounts;
    this.#now = now;
  }

  /** Issues credentials for a role, as a successful AssumeRole does and as a service does for its service role. */
  issue(role: Role, sessionName: string, seconds: number, policy?: PolicyDocument): Session {
    const accessKeyId = uniqueId('ASIA');
    const issued = this.#now();
    const session = {
      accessKeyId,
      secretAccessKey: secret(),
      sessionToken: randomBytes(200).toString('base64'),
      expiration: new Date(issued.getTime() + seconds * 1000),
      issued,
      policy,
      caller: {
        account: role.account,
        arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
        principal: role.arn,
        userId: `${role.id}:${sessionName}`,
        accessKeyId,
      },
    };
    this.#sessions.set(accessKeyId, session);
    return session;
  }

  key(accessKeyId: string): Session | undefined {
    return this.#sessions.get(accessKeyId);
  }

  all(): Session[] {
    return [...this.#sessions.values()];
  }

  /** Lets every session of a role run out at this moment, whatever was left of it. */
  expire(roleArn: string): void {
    for (const session of this.#sessions.values()) {
      if (session.caller.principal === roleArn) {
        this.#sessions.set(session.accessKeyId, { ...session, expiration: this.#now() });
      }
    }
  }

  /**
   * Revokes a role's sessions as the IAM console does: with a policy that denies everything to tokens issued until now.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
   */
  revoke(roleArn: string): void {
    this.#accounts.putPolicy(roleArn, 'AWSRevokeOlderSessions', {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          DateLessThan: { 'aws:TokenIssueTime': new Date(this.#now().getTime() + 1).toISOString() },
        },
      },
    });
  }
}
