/**
 * A replication configuration as S3 writes it. What is not ours goes back byte for byte as it came, also what this version
 * of the SDK does not know: it would be left out, and what a rule no longer says, S3 no longer does.
 * (S3 API, GetBucketReplication and PutBucketReplication.)
 */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  type ReplicationRule,
} from '@aws-sdk/client-s3';
import { FatalError } from '../../errors.ts';
import type { Bucket } from '../bucket.ts';

/** A rule in S3's own words and in the SDK's. */
export interface WrittenRule {
  readonly rule: ReplicationRule;
  readonly xml: string;
}

export interface Configuration {
  /** ARN of the role of all rules. */
  readonly role: string;
  readonly rules: readonly WrittenRule[];
}

const RULE = /<Rule>.*?<\/Rule>/gs;

/** @throws what S3 answers; the code for none is ReplicationConfigurationNotFoundError */
export async function get(bucket: Bucket): Promise<Configuration> {
  const command = new GetBucketReplicationCommand(bucket.common);
  let written = '';
  command.middlewareStack.add(
    next => async args => {
      const answer = await next(args);
      const response = answer.response as { body: Readable };
      written = await text(response.body);
      response.body = Readable.from([Buffer.from(written)]);
      return answer;
    },
    // Between the connection and what reads the answer.
    { step: 'deserialize', priority: 'low', name: 'keepText' },
  );
  const { ReplicationConfiguration: read } = await bucket.send(command);
  const rules = read?.Rules ?? [];
  const texts = written.match(RULE) ?? [];
  if (read?.Role === undefined || texts.length !== rules.length)
    throw new FatalError(`The replication configuration of ${bucket.location.bucket} cannot be read.`);
  return { role: read.Role, rules: rules.map((rule, index) => ({ rule, xml: texts[index] ?? '' })) };
}

/**
 * Replaces the whole configuration.
 *
 * @param rules all of them, in their order: those of others as they came, and at most one of ours
 */
export async function put(
  bucket: Bucket,
  role: string,
  rules: readonly (WrittenRule | ReplicationRule)[],
): Promise<void> {
  const ours = rules.find((rule): rule is ReplicationRule => !isWritten(rule)) ?? LEFT_OUT;
  const command = new PutBucketReplicationCommand({
    ...bucket.common,
    ReplicationConfiguration: { Role: role, Rules: [ours] },
  });
  command.middlewareStack.add(
    next => async args => {
      const request = args.request as { body: string };
      // By a function, because `$` means something in a text that replaces.
      request.body = request.body.replace(RULE, own =>
        rules.map(rule => (isWritten(rule) ? rule.xml : own)).join(''),
      );
      return next(args);
    },
    // What the SDK has written, before it is measured and signed.
    { step: 'build', priority: 'high', name: 'othersAsTheyCame' },
  );
  await bucket.send(command);
}

/** What the SDK writes where none of the rules is ours. */
const LEFT_OUT: ReplicationRule = { Status: 'Disabled', Destination: { Bucket: 'none' } };

function isWritten(rule: WrittenRule | ReplicationRule): rule is WrittenRule {
  return 'xml' in rule;
}
