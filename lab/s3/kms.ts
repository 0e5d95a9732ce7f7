import type { PolicyDocument } from '../kinds.ts';
import { S3Error } from './errors.ts';

export interface KmsKey {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  policy: PolicyDocument;
}

/** The KMS keys S3 may encrypt with. */
export class KmsKeys {
  readonly #keys = new Map<string, KmsKey>();

  /** A customer's key. Without a policy it has KMS's default, which leaves the decision to the account's IAM. */
  create(key: { account: string; region: string; id: string; policy?: PolicyDocument }): KmsKey {
    const arn = `arn:aws:kms:${key.region}:${key.account}:key/${key.id}`;
    return this.#keep({
      arn,
      account: key.account,
      region: key.region,
      policy: key.policy ?? defaultPolicy(key.account),
    });
  }

  /** `aws/s3` of an account, which exists from its first use on and serves that account alone. */
  managed(account: string, region: string): KmsKey {
    const arn = `arn:aws:kms:${region}:${account}:key/aws-s3`;
    return (
      this.#keys.get(arn) ?? this.#keep({ arn, account, region, policy: managedPolicy(account, region) })
    );
  }

  /** The key behind a full ARN, as seen from a bucket in `region`. */
  find(arn: string, region: string): KmsKey {
    const key = this.#keys.get(arn);
    if (!key) throw new S3Error(400, 'KMS.NotFoundException', `Key '${arn}' does not exist`);
    if (key.region !== region) {
      throw new S3Error(400, 'KMS.NotFoundException', `Invalid arn ${key.region}`);
    }
    return key;
  }

  /** A key that must exist. */
  key(arn: string): KmsKey {
    const key = this.#keys.get(arn);
    if (!key) throw new Error(`there is no key ${arn}`);
    return key;
  }

  #keep(key: KmsKey): KmsKey {
    this.#keys.set(key.arn, key);
    return key;
  }
}

const defaultPolicy = (account: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

/** Source: KMS Developer Guide, policies of AWS managed keys. */
const managedPolicy = (account: string, region: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: '*',
      Condition: {
        StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `s3.${region}.amazonaws.com` },
      },
    },
  ],
});
