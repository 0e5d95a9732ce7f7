/** Whether what is overwritten or deleted at the destination can be had back. */
import type { Check } from './scene.ts';

export const checkVersioning: Check = ({ settings, facts }) => {
  const { versioning } = facts.destination;
  const check = 'destination-versioning';
  if (!versioning.known)
    return [{ check, verdict: 'unknown', seen: `Versioning of the destination: ${versioning.why}.` }];
  if (versioning.value === 'Enabled') {
    return [
      {
        check,
        verdict: 'pass',
        seen: 'The destination keeps versions: what is overwritten or deleted can be had back.',
      },
    ];
  }
  const state = versioning.value === 'Off' ? 'keeps no versions' : 'has versioning suspended';
  const seen = `The destination ${state}: what is overwritten or deleted is gone.`;
  if (!settings.delete) return [{ check, verdict: 'pass', seen }];
  return [
    {
      check,
      verdict: 'warn',
      seen,
      fix: { todo: 'With `delete: true`, enable versioning on the destination bucket.' },
    },
  ];
};
