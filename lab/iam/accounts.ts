/** Accounts and what stands in them: users, roles and OIDC providers. Everything can be changed while the lab runs. */
import type { Caller, PolicyDocument } from '../kinds.ts';
import { type AccessKey, secret, uniqueId } from './keys.ts';

type Policies = Readonly<Record<string, PolicyDocument>>;

export interface Role {
  readonly account: string;
  readonly name: string;
  /** `/`, or folders between two slashes. */
  readonly path: string;
  readonly arn: string;
  /** `AROA…` */
  readonly id: string;
  readonly trustPolicy: PolicyDocument;
  readonly maxSessionSeconds: number;
}

export interface NewRole {
  readonly account: string;
  readonly name: string;
  /** IAM's default is `/`. */
  readonly path?: string;
  readonly trustPolicy: PolicyDocument;
  /** Inline policies by name. */
  readonly policies?: Policies;
  /** 1 to 12 hours; AWS's default is 1 hour. */
  readonly maxSessionSeconds?: number;
}

interface Account {
  readonly organization: string | undefined;
  /** Accepted audiences by issuer host. */
  readonly providers: Map<string, readonly string[]>;
}

export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #roles = new Map<string, Role>();
  readonly #policies = new Map<string, Map<string, PolicyDocument>>();
  readonly #keys = new Map<string, AccessKey>();

  /** Opens an account. Accounts of the same organization tell each other why they refuse. */
  add(account: string, organization?: string): void {
    if (!/^\d{12}$/.test(account)) throw new Error(`${account} is no account id: 12 digits are`);
    this.#accounts.set(account, { organization, providers: new Map() });
  }

  organizationOf(account: string): string | undefined {
    return this.#accounts.get(account)?.organization;
  }

  /** Trusts an issuer, named by its host as in `token.actions.githubusercontent.com`. */
  addOidcProvider(account: string, host: string, audiences: readonly string[]): void {
    this.#account(account).providers.set(host, audiences);
  }

  removeOidcProvider(account: string, host: string): void {
    this.#account(account).providers.delete(host);
  }

  /** The audiences the account accepts from an issuer; `undefined` without a provider for it. */
  audiencesOf(account: string, host: string): readonly string[] | undefined {
    return this.#accounts.get(account)?.providers.get(host);
  }

  addRole({
    account,
    name,
    path = '/',
    trustPolicy,
    policies = {},
    maxSessionSeconds = 3600,
  }: NewRole): Role {
    this.#account(account);
    const arn = `arn:aws:iam::${account}:role${path}${name}`;
    const id = uniqueId('AROA');
    const role = {
      account,
      name,
      path,
      arn,
      id,
      trustPolicy: structuredClone(trustPolicy),
      maxSessionSeconds,
    };
    this.#roles.set(arn, role);
    this.#setPolicies(arn, policies);
    return role;
  }

  role(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  /** Names are unique in an account, whatever the paths. */
  roleNamed(account: string, name: string): Role | undefined {
    return [...this.#roles.values()].find(role => role.account === account && role.name === name);
  }

  removeRole(arn: string): void {
    this.#roles.delete(arn);
    this.#policies.delete(arn);
  }

  setTrustPolicy(roleArn: string, trustPolicy: PolicyDocument): void {
    const role = this.#roles.get(roleArn);
    if (!role) throw new Error(`there is no role ${roleArn}`);
    this.#roles.set(roleArn, { ...role, trustPolicy: structuredClone(trustPolicy) });
  }

  /** Puts an inline policy on a role or user, in place of one of the same name. */
  putPolicy(principalArn: string, name: string, policy: PolicyDocument): void {
    this.#policiesOf(principalArn).set(name, structuredClone(policy));
  }

  deletePolicy(principalArn: string, name: string): void {
    this.#policiesOf(principalArn).delete(name);
  }

  /** There is a role or user of this ARN. */
  knows(principalArn: string): boolean {
    return this.#policies.has(principalArn);
  }

  /** The inline policies of a role or user. */
  policiesOf(principalArn: string): ReadonlyMap<string, PolicyDocument> {
    return this.#policies.get(principalArn) ?? new Map();
  }

  /** Makes a user with long-lived keys. */
  addUser(account: string, name: string, policies: Policies = {}): AccessKey {
    this.#account(account);
    const arn = `arn:aws:iam::${account}:user/${name}`;
    this.#setPolicies(arn, policies);
    return this.#addKey({ account, arn, userId: uniqueId('AIDA') });
  }

  /** Keys of the account itself, which may do everything in it. */
  addRootKey(account: string): AccessKey {
    this.#account(account);
    return this.#addKey({ account, arn: `arn:aws:iam::${account}:root`, userId: account });
  }

  keys(): AccessKey[] {
    return [...this.#keys.values()];
  }

  key(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  #addKey(who: Pick<Caller, 'account' | 'arn' | 'userId'>): AccessKey {
    const accessKeyId = uniqueId('AKIA');
    const caller = { ...who, principal: who.arn, accessKeyId };
    const key = { accessKeyId, secretAccessKey: secret(), caller };
    this.#keys.set(accessKeyId, key);
    return key;
  }

  #account(id: string): Account {
    const account = this.#accounts.get(id);
    if (!account) throw new Error(`there is no account ${id}`);
    return account;
  }

  #policiesOf(principalArn: string): Map<string, PolicyDocument> {
    const policies = this.#policies.get(principalArn);
    if (!policies) throw new Error(`there is no principal ${principalArn}`);
    return policies;
  }

  #setPolicies(principalArn: string, policies: Policies): void {
    // Copied, so that what a test does to its object afterwards does not change a policy behind IAM's back.
    this.#policies.set(principalArn, new Map(Object.entries(structuredClone(policies))));
  }
}
