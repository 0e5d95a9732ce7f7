/**
 * What `grant: temporary` can do about what the checks found missing: a statement in the policy of one of the two buckets,
 * written by the bucket's own side. Nothing is written here.
 */
import { Iam } from '../aws/iam.ts';
import { actionsOf, bucketArn, grantingStatement, objectsArn, type Statement } from '../aws/policies.ts';
import { membersOf, textsOf } from '../aws/policy-opinion.ts';
import { statementsIn } from '../aws/policy-text.ts';
import { readTemporary } from '../aws/temporary.ts';
import { type CheckResult, type Fix, isFailed } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import { readPolicy } from '../s3/policy.ts';
import { bucketPolicyOf } from './bucket-grant.ts';
import { checkPermissions, contextOf } from './role-permissions.ts';
import { grant, isForeign, type Scene } from './scene.ts';

const SIDES: readonly Side[] = ['source', 'destination'];

/** A statement, with its principal, that the policy of a bucket lacks. */
export interface Lack {
  readonly side: Side;
  readonly statement: Statement;
}

/** The sides whose own identity may be let write the bucket's policy: S3 takes it from nobody but the owner. */
export function ownSides(scene: Scene): Side[] {
  return SIDES.filter(side => {
    const { identity, owner } = scene[side];
    return identity.account !== undefined && owner !== undefined && !isForeign(identity, scene[side]);
  });
}

/** Whether all that failed failed for want of a statement that could be put in place, and was to be. */
export function isGrantable(refused: readonly CheckResult[], scene: Scene): boolean {
  return scene.settings.grant === 'temporary' && refused.every(one => lacksIn(one, scene).length > 0);
}

/** What to put in place so that no check fails; nothing where one would fail all the same. */
export function lacksOf(results: readonly CheckResult[], scene: Scene): Lack[] {
  const lacks = new Map<string, Lack>();
  for (const result of results.filter(isFailed)) {
    const found = lacksIn(result, scene);
    if (found.length === 0) return [];
    for (const lack of found) lacks.set(`${lack.side} ${JSON.stringify(lack.statement)}`, lack);
  }
  return [...lacks.values()];
}

function lacksIn({ fix }: CheckResult, scene: Scene): Lack[] {
  const sides = ownSides(scene);
  return (fix?.grants ?? []).flatMap(({ policy, of, statements }) => {
    const side = sides.find(one => policy === 'bucket' && scene[one].location.bucket === of);
    return side === undefined ? [] : statements.map((one): Lack => ({ side, statement: one as Statement }));
  });
}

/** The bucket whose policy lacks something; `undefined` where it is another policy. */
export function bucketIn(fix: Fix | undefined): string | undefined {
  return fix?.grants?.find(({ policy }) => policy === 'bucket')?.of;
}

/**
 * Statements that other runs have put in place for the same identities. They go when those runs end, so that this run
 * grants them once more for itself.
 */
export async function borrowed(scene: Scene): Promise<Lack[]> {
  const found = await Promise.all(
    ownSides(scene).map(async side => {
      const statements = statementsIn(await readPolicy(scene[side]));
      return statements
        .filter(one => (readTemporary(one)?.until?.getTime() ?? 0) > Date.now() && isForUs(one, side, scene))
        .map((one): Lack => ({ side, statement: one as Statement }));
    }),
  );
  return found.flat();
}

function isForUs(statement: unknown, side: Side, scene: Scene): boolean {
  const { from, to, datasync, jobs, replication } = scene;
  const { location, identity } = scene[side];
  const ours = [
    from.identity.principal,
    to.identity.principal,
    datasync?.ground.role,
    jobs?.ground.role,
    replication?.role,
  ];
  const { Principal, Resource } = membersOf(statement);
  const objects = objectsArn(location, identity.partition).slice(0, -1);
  const isNear = (resource: string) => {
    const place = resource.replace(/\*$/, '');
    return (
      resource === bucketArn(location, identity.partition) ||
      place.startsWith(objects) ||
      objects.startsWith(place)
    );
  };
  return textsOf(membersOf(Principal).AWS).some(one => ours.includes(one)) && textsOf(Resource).some(isNear);
}

export function grantCheck(side: Side): string {
  return `${side}-grant`;
}

/** Whether the bucket's own side may do what a grant takes, as far as IAM tells. */
export async function checkGranting(side: Side, scene: Scene): Promise<CheckResult> {
  const check = grantCheck(side);
  const bucket = scene[side];
  const { identity, location } = bucket;
  const { principal, account } = identity;
  const statement = grantingStatement(location, identity.partition);
  const fix = grant(identity, bucket, statement, '');
  const policy = await bucketPolicyOf(bucket);
  if (!policy.known && policy.denied) {
    const seen = `${principal} may not read the policy of ${location.bucket}, and what is missing there cannot be granted for a run.`;
    return { check, verdict: 'fail', seen, fix };
  }
  const { requestHandler, aborting, requests } = scene.network;
  const has = policy.known && policy.value !== undefined;
  return checkPermissions({
    check,
    iam: new Iam({ identity, requestHandler, aborting, count: name => requests.add(name) }),
    grantee: { principal, account },
    needs: [
      { statement, bucket, must: has ? ['s3:GetBucketPolicy', 's3:PutBucketPolicy'] : actionsOf(statement) },
    ],
    context: contextOf({ principal, account }),
    passes: `${principal} may write the policy of ${location.bucket}.`,
    look: { ...fix, todo: `Unless it may do so already: ${fix.todo}` },
  });
}
