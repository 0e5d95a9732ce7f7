/** DataSync's control plane. */
import {
  DataSyncClient,
  type DataSyncClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-datasync';
import { type Ask as AskOf, Service, type ServiceOptions } from '../aws/service.ts';

interface DataSync {
  readonly input: ServiceInputTypes;
  readonly output: ServiceOutputTypes;
  readonly config: DataSyncClientResolvedConfig;
}

export type Ask = AskOf<DataSync>;

export class DataSyncService extends Service<DataSync> {
  constructor(options: ServiceOptions) {
    super('datasync', config => new DataSyncClient(config), options);
  }

  /**
   * Makes something that may be there already, and has no token either. What was there before is never taken for what was
   * made.
   *
   * @param find the ARNs of all that is like it
   * @returns its ARN
   */
  makeAnother(
    find: (once: Ask) => Promise<readonly string[]>,
    make: (once: Ask) => Promise<string>,
  ): Promise<string> {
    let before: readonly string[] | undefined;
    return this.repeated(async once => {
      const there = await find(once);
      const made = there.find(arn => before?.includes(arn) === false);
      before ??= there;
      return made ?? make(once);
    });
  }
}
