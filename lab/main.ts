/** `npm run lab`: a lab to talk to by hand, with any S3 client, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';
import { type Side, twoAccounts } from './worlds.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4566' } } });
const lab = await startLab({ port: Number(values.port) });
const { source, destination } = twoAccounts(lab);

console.log(`The lab listens on ${lab.endpoint}.

Source, in account ${source.account}: s3://${source.bucket} in ${source.region}, role ${source.role}
${exports(lab.environment(source.admin, source.region))}

Destination, in account ${destination.account}: s3://${destination.bucket} in ${destination.region}, role ${destination.role}
${exports(lab.environment(destination.admin, destination.region))}

What a runner would set for a job with \`permissions: id-token: write\`:
${exports(lab.github.environment())}

Either set of admin keys works for any S3 client, for example:
${example(source)}`);

process.once('SIGINT', () => lab.close());

function exports(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'`)
    .join('\n');
}

function example({ bucket }: Side): string {
  return `aws s3 cp README.md s3://${bucket}/ && aws s3 ls s3://${bucket}/`;
}
