/** How far replication is behind. */
import type { RunReport } from '../record.ts';
import { bytes, code, count, join, type Markup, md, seconds } from './text.ts';

/** Nothing outside of `mode: health`. */
export function health({ replication }: RunReport): Markup | undefined {
  if (replication === undefined) return undefined;
  const { pending, pendingBytes, oldestPending, failures } = replication;
  const oldest =
    oldestPending === undefined
      ? md``
      : md`, the oldest written ${seconds(oldestPending.seconds)} ago: ${code(oldestPending.key)}`;
  const backlog = md`Backlog: **${count(pending, 'object')}** (${bytes(pendingBytes)}) on the way${oldest}.`;
  const failed = Object.entries(failures).map(([name, number]) => md`${name} ${number}`);
  return failed.length === 0 ? backlog : md`${backlog} Not replicated: ${join(failed, ', ')}.`;
}
