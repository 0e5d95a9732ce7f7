/**
 * From the raw text of the inputs to settings that are whole and checked, before any call leaves the machine.
 */
import { InputError } from '../errors.ts';
import type { Location, Side } from '../model/objects.ts';
import type {
  DataSyncSettings,
  FilterSettings,
  ReplicationSettings,
  ReportSettings,
  Settings,
  SideSettings,
} from '../model/settings.ts';
import {
  ARCHIVED,
  COMPARES,
  DATASYNC_MODES,
  ENGINES,
  GRANTS,
  MODES,
  PRESERVABLE,
  REPLICATION_RULE_FATES,
  VERIFIES,
} from '../model/settings.ts';
import { Given } from './given.ts';
import { GLOBS } from './globs.ts';
import { DEFAULTS } from './inputs.ts';
import { between, oneOf, orAuto, setOf } from './kind.ts';
import { LOCATION, WORK_LOCATION } from './location.ts';
import {
  ACCOUNT,
  ARTIFACT_NAME,
  AUDIENCE,
  FOLDER,
  GITHUB_TOKEN,
  KMS_KEY_ARN,
  REGION,
  ROLE_ARN,
  SESSION_NAME,
} from './names.ts';
import { RULES } from './rules.ts';
import { unknownInputs } from './unknown.ts';
import { DELETE_CAP, DOLLARS, DURATION, INTEGER, moment, SIZE, SWITCH } from './values.ts';

const MIB = 1024 ** 2;

const SESSION_DURATION = between(DURATION, 15 * 60, 12 * 3600, 'a duration from 15m to 12h, such as 1h');
const CONCURRENCY = orAuto(between(INTEGER, 1, 1000, 'a whole number from 1 to 1000'));
const MAX_RATE = between(INTEGER, 1, 100_000, 'a whole number from 1 to 100000');
const PART_SIZE = orAuto(between(SIZE, 5 * MIB, 5 * 1024 * MIB, 'a size from 5MiB to 5GiB'));
/** No timer of Node's runs for longer than 2^31 milliseconds. */
const TIME_LIMIT = between(DURATION, 10, 24 * 24 * 3600, 'a duration from 10s to 24d, such as 5h30m');
const RETENTION_DAYS = between(INTEGER, 1, 400, 'a whole number of days from 1 to 400');

const COPY_AS = oneOf(['destination', 'source']);
const MODE = oneOf(MODES);
const ENGINE = oneOf(ENGINES);
const COMPARE = oneOf(COMPARES);
const PRESERVE = setOf(PRESERVABLE);
const ON_ARCHIVED = oneOf(ARCHIVED);
const VERIFY = oneOf(VERIFIES);
const DATASYNC_MODE = oneOf(DATASYNC_MODES);
const JOB_PRIORITY = between(INTEGER, 0, 2 ** 31 - 1, 'a whole number from 0 to 2147483647');
const GRANT = oneOf(GRANTS);
const RULE_FATE = oneOf(REPLICATION_RULE_FATES);
const ENCRYPTION = oneOf(['AES256', 'aws:kms', 'aws:kms:dsse']);
const STORAGE_CLASS = oneOf([
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
  'REDUCED_REDUNDANCY',
]);
const ACL = oneOf([
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
]);

/** Stands in for a location that was refused, while the other inputs are looked at. It never leaves this file. */
const NOWHERE: Location = { bucket: '', prefix: '' };

/**
 * The settings of a run from the raw text of its inputs, by input name; an empty text is the same as none.
 *
 * @param now what an age such as `modified-after: 7d` counts back from.
 * @param found problems that were seen before, to be told with the others.
 * @throws InputError with every problem at once: unknown names, refused values, combinations that cannot be.
 */
export function parseSettings(
  raw: ReadonlyMap<string, string>,
  now = new Date(),
  found: readonly string[] = [],
): Settings {
  const given = new Given(raw);
  const settings: Settings = {
    source: side(given, 'source'),
    destination: side(given, 'destination'),
    copyAs: given.value('copy-as', COPY_AS),
    audience: given.value('audience', AUDIENCE),
    sessionName: given.optional('session-name', SESSION_NAME),
    sessionSeconds: given.value('session-duration', SESSION_DURATION),
    mode: given.value('mode', MODE),
    engine: given.value('engine', ENGINE),
    maxCost: given.optional('max-cost', DOLLARS),
    filter: filter(given, now),
    compare: given.value('compare', COMPARE),
    delete: given.value('delete', SWITCH),
    maxDelete: given.value('max-delete', DELETE_CAP),
    preserve: given.value('preserve', PRESERVE),
    storageClass: given.optional('storage-class', STORAGE_CLASS),
    encryption: given.optional('encryption', ENCRYPTION),
    kmsKey: given.optional('kms-key', KMS_KEY_ARN),
    acl: given.optional('acl', ACL),
    archived: given.value('archived', ON_ARCHIVED),
    requestPayer: given.value('request-payer', SWITCH),
    concurrency: given.value('concurrency', CONCURRENCY),
    maxRate: given.optional('max-rate', MAX_RATE),
    partSize: given.value('part-size', PART_SIZE),
    verify: given.value('verify', VERIFY),
    timeLimitSeconds: given.optional('time-limit', TIME_LIMIT),
    workLocation: given.optional('work-location', WORK_LOCATION),
    dataSync: dataSync(given),
    batch: {
      roleArn: given.optional('batch-role', ROLE_ARN),
      priority: given.value('batch-priority', JOB_PRIORITY),
    },
    replication: replication(given),
    enableVersioning: given.value('enable-versioning', SWITCH),
    grant: given.value('grant', GRANT),
    wait: given.value('wait', SWITCH),
    report: report(given),
  };
  const problems = [
    ...found,
    ...unknownInputs(raw.keys()),
    ...given.problems,
    ...brokenRules(settings, given),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return settings;
}

function side(given: Given, name: Side): SideSettings {
  return {
    location: given.required(name, LOCATION, NOWHERE),
    roleArn: given.optional(`${name}-role`, ROLE_ARN),
    region: given.optional(`${name}-region`, REGION),
    account: given.optional(`${name}-account`, ACCOUNT),
  };
}

function filter(given: Given, now: Date): FilterSettings {
  return {
    include: given.value('include', GLOBS),
    exclude: given.value('exclude', GLOBS),
    minSize: given.optional('min-size', SIZE),
    maxSize: given.optional('max-size', SIZE),
    modifiedAfter: given.optional('modified-after', moment(now)),
    modifiedBefore: given.optional('modified-before', moment(now)),
    ages: [given.text('modified-after'), given.text('modified-before')],
  };
}

function dataSync(given: Given): DataSyncSettings {
  return {
    roleArn: given.optional('datasync-role', ROLE_ARN),
    mode: given.value('datasync-mode', DATASYNC_MODE),
    keep: given.value('datasync-keep', SWITCH),
  };
}

function replication(given: Given): ReplicationSettings {
  return {
    roleArn: given.optional('replication-role', ROLE_ARN),
    rule: given.value('replication-rule', RULE_FATE),
    deleteMarkers: given.value('replication-delete-markers', SWITCH),
    timeControl: given.value('replication-time-control', SWITCH),
    metrics: given.value('replication-metrics', SWITCH),
    maxLagSeconds: given.value('replication-max-lag', DURATION),
  };
}

function report(given: Given): ReportSettings {
  return {
    folder: given.value('report', FOLDER),
    // The one input whose empty value says something: no upload.
    artifact: given.has('artifact') ? given.optional('artifact', ARTIFACT_NAME) : DEFAULTS.artifact,
    artifactRetentionDays: given.optional('artifact-retention-days', RETENTION_DAYS),
    summary: given.value('summary', SWITCH),
    comment: given.value('comment', SWITCH),
    githubToken: given.optional('github-token', GITHUB_TOKEN),
  };
}

function brokenRules(settings: Settings, { refused }: Given): string[] {
  return RULES.filter(rule => !rule.about.some(name => refused.has(name)))
    .map(rule => rule.broken(settings))
    .filter(problem => problem !== undefined);
}
