/**
 * What `grant: temporary` puts into bucket policies, from the first statement to the last one taken away. A grant holds for
 * hours, and is renewed for as long as the run goes on: so no run is too long for it, and what a killed one leaves ends soon.
 */
import pLimit from 'p-limit';
import { actionsOf, grantingStatement } from '../../aws/policies.ts';
import { isSingle, withStatement } from '../../aws/policy-text.ts';
import { newSid, temporary, textOf } from '../../aws/temporary.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { FatalError, messageOf, StoppedError } from '../../errors.ts';
import type { CheckResult, Fix } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import type { Settings } from '../../model/settings.ts';
import { grantCheck, type Lack, ownSides } from '../../preflight/grants.ts';
import { grant, type Scene } from '../../preflight/scene.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { readPolicy } from '../../s3/policy.ts';
import type { Diary } from '../diary.ts';
import type { Host } from '../host.ts';
import { requestFor } from '../identity-request.ts';
import { grantsNoteIn, rememberCleanUp } from '../remember.ts';
import { type Granted, putGrant, removeGrant, renewGrant, sweepGrants } from './grant.ts';
import { noteGrants, stillInPlace } from './left.ts';

const HOUR_MS = 3_600_000;

/** How long a grant holds, and after how much of it it is renewed: two renewals may fail. */
const LIFE_MS = 6 * HOUR_MS;
const RENEWED_AFTER = 1 / 3;

/** A grant of this run, and the bucket as the one sees it who put it there. */
interface Standing {
  readonly granted: Granted;
  readonly bucket: Bucket;
  readonly removed: boolean;
}

export class Grants {
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #diary: Diary;
  readonly #lifeMs: number;
  /** By the name of the statement. */
  readonly #standing = new Map<string, Standing>();
  /** One writes a policy at a time. */
  readonly #turn = pLimit(1);
  #renewal: NodeJS.Timeout | undefined;

  constructor(settings: Settings, host: Host, diary: Diary, lifeMs = LIFE_MS) {
    this.#settings = settings;
    this.#host = host;
    this.#diary = diary;
    this.#lifeMs = lifeMs;
  }

  /** Takes out of both policies what killed runs have left and what has expired. What may not be written stays. */
  async sweep(scene: Scene): Promise<void> {
    for (const side of ownSides(scene)) {
      const { bucket: name } = scene[side].location;
      try {
        const swept = await sweepGrants(scene[side]);
        for (const sid of swept)
          this.#note(
            `Took ${sid} out of the policy of ${name}: an earlier run had left it, and it has expired.`,
          );
      } catch (error) {
        if (error instanceof StoppedError) throw error;
        this.#host.log.info(
          `The policy of ${name} was not looked through for expired grants: ${messageOf(error)}`,
        );
      }
    }
  }

  /**
   * Puts all of it in place, up to the first that cannot be.
   *
   * @returns a check for each side
   * @throws StoppedError
   */
  async put(lacks: readonly Lack[], scene: Scene): Promise<CheckResult[]> {
    rememberCleanUp(scene, this.#host);
    const results: CheckResult[] = [];
    for (const { side, statement } of lacks) {
      const result = await this.#turn(() => this.#putOne(side, statement, scene[side]));
      results.push(result);
      if (result.verdict === 'fail') break;
    }
    this.#renewal ??= setInterval(
      () => void this.#turn(() => this.#renew()),
      this.#lifeMs * RENEWED_AFTER,
    ).unref();
    return results;
  }

  async #putOne(side: Side, lack: Lack['statement'], bucket: Bucket): Promise<CheckResult> {
    const check = grantCheck(side);
    const { location, region, owner } = bucket;
    try {
      const before = await readPolicy(bucket);
      const until = this.#expiry();
      const statement = temporary(lack, newSid(), until);
      assertFits(withStatement(before, statement), location.bucket);
      const granted: Granted = {
        bucket: location.bucket,
        region,
        owner,
        as: requestFor(side, this.#settings, this.#host),
        statement,
        until: textOf(until),
        single: isSingle(before),
      };
      this.#keep({ granted, bucket, removed: false });
      await putGrant(bucket, statement, () => this.#rival(granted)).catch(async error => {
        // A run that is stopped takes everything away at its end.
        if (!(error instanceof StoppedError)) await this.#undo({ granted, bucket, removed: false });
        throw error;
      });
      return { check, verdict: 'pass', seen: `Put in place: ${told(granted)}.` };
    } catch (error) {
      if (error instanceof StoppedError) throw error;
      return { check, verdict: 'fail', ...explain(error, bucket) };
    }
  }

  /** Takes away all that this run has put in place. What cannot be is told, with what to do about it. */
  async takeAway(): Promise<void> {
    clearInterval(this.#renewal);
    await this.#turn(async () => {
      // In reverse order, so that each policy ends up as the first grant found it.
      for (const { granted, bucket, removed } of [...this.#standing.values()].toReversed()) {
        if (removed) continue;
        try {
          const wasThere = await removeGrant(bucket, granted);
          this.#keep({ granted, bucket, removed: true });
          this.#diary.notes.push(
            wasThere
              ? `Granted for the run and taken away again: ${told(granted)}.`
              : `${granted.statement.Sid} was no longer in the policy of ${granted.bucket} when the run was to take it away.`,
          );
        } catch (error) {
          const text = stillInPlace(granted, error);
          this.#host.log.warning(text);
          this.#diary.notes.push(text);
        }
      }
    });
  }

  async #renew(): Promise<void> {
    for (const { granted, bucket, removed } of this.#standing.values()) {
      if (removed) continue;
      const until = this.#expiry();
      const statement = temporary(granted.statement, granted.statement.Sid, until);
      try {
        const isThere = await renewGrant(bucket, statement, () => this.#rival(granted));
        if (isThere)
          this.#keep({ granted: { ...granted, statement, until: textOf(until) }, bucket, removed });
        else this.#revoked(granted, bucket);
      } catch (error) {
        this.#host.log.warning(
          `The statement ${statement.Sid} in the policy of ${granted.bucket} could not be renewed (${messageOf(error)}), and ends at ${granted.until}.`,
        );
      }
    }
  }

  #revoked(granted: Granted, bucket: Bucket): void {
    this.#keep({ granted, bucket, removed: true });
    const text = `Somebody took ${granted.statement.Sid} out of the policy of ${granted.bucket} while the run went on. It is not put back, and what it allowed is denied from now on.`;
    this.#host.log.warning(text);
    this.#diary.notes.push(text);
  }

  #expiry(): Date {
    return new Date(Date.now() + this.#lifeMs);
  }

  #keep(one: Standing): void {
    this.#standing.set(one.granted.statement.Sid, one);
    this.#tell();
  }

  /**
   * A grant that failed may be in place nevertheless: written, but not seen to stay. If it cannot be removed now, it
   * stays among those to be taken away at the end.
   */
  async #undo({ granted, bucket }: Standing): Promise<void> {
    try {
      await removeGrant(bucket, granted);
      this.#standing.delete(granted.statement.Sid);
      this.#tell();
    } catch {
      // Taking it away at the end tells of it.
    }
  }

  /** Notes what stands, for the clean-up after a kill and for the report. */
  #tell(): void {
    const all = [...this.#standing.values()];
    const left = all.filter(({ removed }) => !removed).map(({ granted }) => granted);
    noteGrants(grantsNoteIn(this.#host.scratch), left);
    this.#diary.grants = all.map(({ granted: { bucket, statement, until }, removed }) => ({
      bucket,
      principal: principalOf(statement),
      actions: actionsOf(statement),
      sid: statement.Sid,
      until,
      removed,
    }));
  }

  #rival({ bucket }: Granted): void {
    this.#note(
      `Somebody else wrote the policy of ${bucket} at the same time. Theirs was read, and what is ours put beside it.`,
    );
  }

  #note(text: string): void {
    this.#host.log.info(text);
    this.#diary.notes.push(text);
  }
}

/** Bytes. (S3 User Guide, "Bucket policies for Amazon S3": 20 KB.) */
const LARGEST = 20 * 1024;

function assertFits(policy: string, name: string): void {
  const size = Buffer.byteLength(policy);
  if (size <= LARGEST) return;
  throw new FatalError(
    `The policy of ${name} would have ${size} bytes with what is to be granted, and S3 takes ${LARGEST}.`,
    { todo: 'Merge statements of it that say nearly the same, or take out what nobody needs.' },
  );
}

function told({ bucket, statement, until }: Granted): string {
  const actions = new Intl.ListFormat('en').format(actionsOf(statement));
  return `${statement.Sid} in the policy of ${bucket}, which allows ${principalOf(statement)} ${actions} until ${until}`;
}

function principalOf({ Principal }: Granted['statement']): string {
  return Principal !== undefined && 'AWS' in Principal ? Principal.AWS : '';
}

function explain(error: unknown, bucket: Bucket): Pick<CheckResult, 'seen' | 'fix'> {
  const { location, identity } = bucket;
  if (error instanceof FatalError) {
    return { seen: messageOf(error), ...(error.fix !== undefined && { fix: error.fix }) };
  }
  const { kind, code, message } = troubleOf(error);
  const seen = `${identity.principal} could not put a statement into the policy of ${location.bucket} (${code}: ${message}).`;
  return kind === 'denied' ? { seen, fix: fixFor(bucket, message) } : { seen };
}

function fixFor(bucket: Bucket, message: string): Fix {
  const { location, identity } = bucket;
  // (S3 User Guide, "Blocking public access to your Amazon S3 storage", BlockPublicPolicy.)
  if (/public polic/i.test(message)) {
    return {
      todo: `What the policy of ${location.bucket} says already is public for S3, and with Block Public Access S3 takes no such policy, whatever is added. Narrow the statement of it that lets everybody in.`,
    };
  }
  return grant(identity, bucket, grantingStatement(location, identity.partition), message);
}
