/** The shapes of requests, with the constraints of the DataSync API model (2018-11-09). */
import { integer, list, oneOf, type Rule, structure, text } from './constraints.ts';

const PARTITION = 'arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b)';
const DATASYNC = `^${PARTITION}:datasync:[a-z\\-0-9]+:[0-9]{12}`;

const locationArn = text({ max: 128, pattern: new RegExp(`${DATASYNC}:location/loc-[0-9a-z]{17}$`) });
const taskArn = text({ max: 128, pattern: new RegExp(`${DATASYNC}:task/task-[0-9a-f]{17}$`) });
const executionArn = text({
  max: 128,
  pattern: new RegExp(`${DATASYNC}:task/task-[0-9a-f]{17}/execution/exec-[0-9a-f]{17}$`),
});
/** Access points and Outposts are beyond the lab. */
const bucketArn = text({ max: 268, pattern: new RegExp(`^${PARTITION}:s3:::[a-zA-Z0-9.\\-_]{1,255}$`) });
const roleArn = text({ max: 2048, pattern: new RegExp(`^${PARTITION}:iam::[0-9]{12}:role/.*$`) });
const taggableArn = text({
  max: 128,
  pattern: new RegExp(`${DATASYNC}:(task|location)/(task|loc)-[a-z0-9]{17}(/execution/exec-[a-f0-9]{17})?$`),
});
const logGroupArn = text({
  max: 562,
  pattern: new RegExp(`^${PARTITION}:logs:[a-z\\-0-9]+:[0-9]{12}:log-group:([^:\\*]*)(:\\*)?$`),
});
const subdirectory = text({ max: 4096, pattern: /^[a-zA-Z0-9_\-+./()\p{Zs}]*$/u });
const storageClass = oneOf(
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'OUTPOSTS',
  'GLACIER_INSTANT_RETRIEVAL',
);
const tagKey = text({ min: 1, max: 256, pattern: /^[a-zA-Z0-9\s+=._:/-]+$/ });
const tagValue = text({ max: 256, pattern: /^[a-zA-Z0-9\s+=._:@/-]+$/ });
const tags = list(structure({ 'Key!': tagKey, Value: tagValue }), { max: 50 });

const page = {
  MaxResults: integer({ min: 0, max: 100 }),
  NextToken: text({ max: 65_535, pattern: /[a-zA-Z0-9=_-]+/ }),
};
const filters = (...names: readonly string[]): Rule =>
  list(
    structure({
      'Name!': oneOf(...names),
      'Values!': list(text({ min: 1, max: 255, pattern: /^[0-9a-zA-Z_ \-:*.\\/?]*$/ })),
      'Operator!': oneOf(
        'Equals',
        'NotEquals',
        'In',
        'LessThanOrEqual',
        'LessThan',
        'GreaterThanOrEqual',
        'GreaterThan',
        'Contains',
        'NotContains',
        'BeginsWith',
      ),
    }),
  );

const options = structure({
  VerifyMode: oneOf('POINT_IN_TIME_CONSISTENT', 'ONLY_FILES_TRANSFERRED', 'NONE'),
  OverwriteMode: oneOf('ALWAYS', 'NEVER'),
  Atime: oneOf('NONE', 'BEST_EFFORT'),
  Mtime: oneOf('NONE', 'PRESERVE'),
  Uid: oneOf('NONE', 'INT_VALUE', 'NAME', 'BOTH'),
  Gid: oneOf('NONE', 'INT_VALUE', 'NAME', 'BOTH'),
  PreserveDeletedFiles: oneOf('PRESERVE', 'REMOVE'),
  PreserveDevices: oneOf('NONE', 'PRESERVE'),
  PosixPermissions: oneOf('NONE', 'PRESERVE'),
  BytesPerSecond: integer({ min: -1 }),
  TaskQueueing: oneOf('ENABLED', 'DISABLED'),
  LogLevel: oneOf('OFF', 'BASIC', 'TRANSFER'),
  TransferMode: oneOf('CHANGED', 'ALL'),
  SecurityDescriptorCopyFlags: oneOf('NONE', 'OWNER_DACL', 'OWNER_DACL_SACL'),
  ObjectTags: oneOf('PRESERVE', 'NONE'),
});
const filterRules = list(
  structure({
    FilterType: oneOf('SIMPLE_PATTERN'),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the model's own pattern
    Value: text({ max: 102_400, pattern: /^[^\x00]+$/ }),
  }),
  { max: 1 },
);
const manifest = structure({
  Action: oneOf('TRANSFER'),
  Format: oneOf('CSV'),
  Source: structure({
    'S3!': structure({
      'ManifestObjectPath!': subdirectory,
      'BucketAccessRoleArn!': roleArn,
      'S3BucketArn!': bucketArn,
      ManifestObjectVersionId: text({ min: 1, max: 100 }),
    }),
  }),
});
const reportLevel = oneOf('ERRORS_ONLY', 'SUCCESSES_AND_ERRORS');
const override = structure({ ReportLevel: reportLevel });
const report = structure({
  Destination: structure({
    S3: structure({ Subdirectory: subdirectory, 'S3BucketArn!': bucketArn, 'BucketAccessRoleArn!': roleArn }),
  }),
  OutputType: oneOf('SUMMARY_ONLY', 'STANDARD'),
  ReportLevel: reportLevel,
  ObjectVersionIds: oneOf('INCLUDE', 'NONE'),
  Overrides: structure({
    Transferred: override,
    Verified: override,
    Deleted: override,
    Skipped: override,
  }),
});
const settings = {
  Includes: filterRules,
  Excludes: filterRules,
  ManifestConfig: manifest,
  TaskReportConfig: report,
};

const location = {
  Subdirectory: subdirectory,
  S3StorageClass: storageClass,
  S3Config: structure({ 'BucketAccessRoleArn!': roleArn }),
};

export const requests: Readonly<Record<string, Rule>> = {
  CreateLocationS3: structure({
    Subdirectory: location.Subdirectory,
    S3StorageClass: location.S3StorageClass,
    'S3BucketArn!': bucketArn,
    'S3Config!': location.S3Config,
    Tags: tags,
  }),
  UpdateLocationS3: structure({ 'LocationArn!': locationArn, ...location }),
  DescribeLocationS3: structure({ 'LocationArn!': locationArn }),
  DeleteLocation: structure({ 'LocationArn!': locationArn }),
  ListLocations: structure({ ...page, Filters: filters('LocationUri', 'LocationType', 'CreationTime') }),
  CreateTask: structure({
    'SourceLocationArn!': locationArn,
    'DestinationLocationArn!': locationArn,
    CloudWatchLogGroupArn: logGroupArn,
    Name: tagValue,
    Options: options,
    TaskMode: oneOf('BASIC', 'ENHANCED'),
    ...settings,
    Tags: tags,
  }),
  UpdateTask: structure({
    'TaskArn!': taskArn,
    CloudWatchLogGroupArn: logGroupArn,
    Name: tagValue,
    Options: options,
    ...settings,
  }),
  DescribeTask: structure({ 'TaskArn!': taskArn }),
  DeleteTask: structure({ 'TaskArn!': taskArn }),
  ListTasks: structure({ ...page, Filters: filters('LocationId', 'CreationTime') }),
  StartTaskExecution: structure({ 'TaskArn!': taskArn, OverrideOptions: options, ...settings, Tags: tags }),
  DescribeTaskExecution: structure({ 'TaskExecutionArn!': executionArn }),
  CancelTaskExecution: structure({ 'TaskExecutionArn!': executionArn }),
  UpdateTaskExecution: structure({ 'TaskExecutionArn!': executionArn, 'Options!': options }),
  ListTaskExecutions: structure({ TaskArn: taskArn, ...page }),
  TagResource: structure({ 'ResourceArn!': taggableArn, 'Tags!': tags }),
  UntagResource: structure({ 'ResourceArn!': taggableArn, 'Keys!': list(tagKey, { min: 1, max: 50 }) }),
  ListTagsForResource: structure({ 'ResourceArn!': taggableArn, ...page }),
};
