/** How an execution ended, phase by phase. Source: DataSync API model, TaskExecutionResultDetail. */
import type { Execution } from './world.ts';

const PHASES = [
  ['PREPARING', 'Prepare'],
  ['TRANSFERRING', 'Transfer'],
  ['VERIFYING', 'Verify'],
] as const;

export function resultOf(execution: Execution): Record<string, unknown> {
  const { launched, ended, error } = execution;
  return {
    TotalDuration: launched && ended ? ended.getTime() - launched.getTime() : 0,
    ...Object.fromEntries(PHASES.flatMap(([, name], index) => phase(execution, name, index))),
    ErrorCode: error?.code,
    ErrorDetail: error?.message,
  };
}

/** Enhanced mode works on all phases at once and gives none a duration. */
function phase(execution: Execution, name: string, index: number): [string, unknown][] {
  const [begun, next] = PHASES.slice(index, index + 2).map(([status]) => execution.phases[status]);
  const end = next ?? execution.ended;
  const took = begun && end && execution.task.mode === 'BASIC' ? end.getTime() - begun.getTime() : 0;
  return [
    [`${name}Duration`, took],
    [`${name}Status`, statusOf(execution, begun, next)],
  ];
}

function statusOf({ error, ended }: Execution, begun: Date | undefined, next: Date | undefined): string {
  if (!begun || !(next || ended)) return 'PENDING';
  return error && !next ? 'ERROR' : 'SUCCESS';
}
