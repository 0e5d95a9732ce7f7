/** Whom a run becomes on each side. */
import type { IdentityRequest } from '../aws/identity.ts';
import type { Side } from '../model/objects.ts';
import type { Settings } from '../model/settings.ts';
import type { Host } from './host.ts';

/** How a side's identity is asked for; the same for the job and for the one that cleans up after it. */
export function requestFor(side: Side, settings: Settings, host: Pick<Host, 'sessionName'>): IdentityRequest {
  return {
    side,
    roleArn: settings[side].roleArn,
    audience: settings.audience,
    sessionName: settings.sessionName ?? host.sessionName,
    sessionSeconds: settings.sessionSeconds,
  };
}
