/** Replication at work: versions that were just written, and those that jobs ask for. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Bucket } from '../bucket.ts';
import { S3Error } from '../errors.ts';
import type { StoredObject, Version } from '../object.ts';
import { struckInside } from '../struck.ts';
import type { World } from '../world.ts';
import type { ReplicationRule } from './configuration.ts';
import { ReplicationFailure } from './permissions.ts';
import { replicate } from './replicate.ts';
import { rulesFor } from './rules.ts';

/** A version that did not reach a destination. */
export interface FailedReplication {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly destination: string;
  /** As in the event s3:Replication:OperationFailedReplication. */
  readonly code: string;
  readonly message: string;
}

export class Replicator {
  /** Everything that has failed so far. */
  readonly failures: FailedReplication[] = [];
  readonly #world: World;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #bugs: unknown[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Begins to replicate a version that was just written, if a rule wants it. */
  take(bucket: Bucket, version: Version): void {
    const rules = rulesFor(bucket, version);
    if (rules.length === 0) return;
    if (version.kind === 'object') bucket.amend(version, { replicationStatus: 'PENDING' });
    const work: Promise<unknown> = breathe()
      .then(() => this.#carryOut(bucket, version, rules))
      .catch(bug => this.#bugs.push(bug))
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  /** Replicates a version that exists; the failures are those of its destinations. */
  async replicateExisting(bucket: Bucket, object: StoredObject): Promise<readonly FailedReplication[]> {
    const rules = rulesFor(bucket, object);
    if (rules.length > 0) return this.#carryOut(bucket, object, rules);
    const { key, versionId } = object;
    const code = 'SrcObjectNotEligible';
    return [{ bucket: bucket.name, key, versionId, destination: '', code, message: code }];
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Lets go of what faults hold, and rejects when the lab itself went wrong. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await this.settled();
    const bugs = this.#bugs.splice(0);
    if (bugs.length > 0) throw new AggregateError(bugs, `The lab went wrong: ${bugs[0]}`);
  }

  /** Several destinations: COMPLETED only when all are. Source: User Guide, replication-status. */
  async #carryOut(
    bucket: Bucket,
    version: Version,
    rules: readonly ReplicationRule[],
  ): Promise<readonly FailedReplication[]> {
    const failed: FailedReplication[] = [];
    for (const rule of rules) {
      const failure = await this.#attempt(bucket, version, rule);
      if (failure) failed.push(failure);
    }
    this.failures.push(...failed);
    if (version.kind === 'object' && version.replicationStatus !== 'REPLICA')
      bucket.amend(version, { replicationStatus: failed.length > 0 ? 'FAILED' : 'COMPLETED' });
    return failed;
  }

  async #attempt(
    bucket: Bucket,
    version: Version,
    rule: ReplicationRule,
  ): Promise<FailedReplication | undefined> {
    const { key, versionId, kind } = version;
    const operation = kind === 'marker' ? 'ReplicateDelete' : 'ReplicateObject';
    try {
      await struckInside(this.#world.faults, { operation, bucket: bucket.name, key }, this.#closing.signal);
      await replicate(this.#world, bucket, version, rule);
      return undefined;
    } catch (error) {
      if (!(error instanceof ReplicationFailure || error instanceof S3Error)) throw error;
      const { code, message } = error;
      return { bucket: bucket.name, key, versionId, destination: rule.destination.arn, code, message };
    }
  }
}
