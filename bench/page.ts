/** Results as Markdown, with every figure beside ours. */
import type { Race, Standing } from './race.ts';

const MB = 1_000_000;

export function raceSection({ title, targets }: Race, standings: readonly Standing[]): string {
  const [us] = standings;
  if (us === undefined) throw new RangeError('A race without us.');
  const rows = standings.map(standing => {
    const { client, cpu, wall, peak, requests } = standing;
    const ratio = standing === us ? ['', ''] : [share(us.cpu / cpu), share(us.wall / wall)];
    return row([client, cpu.toFixed(2), wall.toFixed(2), (peak / MB).toFixed(0), ...ratio, told(requests)]);
  });
  const head = ['', 'CPU s', 'wall s', 'peak MB', 'our CPU', 'our wall', 'requests'];
  const reached = targets.flatMap(({ figure, peer, atMost }) => {
    const them = standings.find(({ client }) => client === peer);
    if (them === undefined) return [];
    const words = figure === 'cpu' ? 'CPU seconds' : 'wall seconds';
    return verdict(`${words} against ${peer}`, us[figure] / them[figure], atMost, share);
  });
  return [`## ${title}`, '', row(head), row(head.map(() => '---')), ...rows, '', ...reached, ''].join('\n');
}

/** One line that says whether a figure is at most what it should be. */
export function verdict(
  what: string,
  figure: number,
  atMost: number,
  written: (figure: number) => string,
): string {
  const met = figure <= atMost ? 'met' : '**missed**';
  return `- ${what}: ${written(figure)}; target at most ${written(atMost)}: ${met}.`;
}

export function share(figure: number): string {
  return `${figure.toFixed(2)} ×`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(0)} MB`;
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Only what there are many of. */
function told(requests: Standing['requests']): string {
  return Object.entries(requests)
    .filter(([, count]) => count > 10)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count.toLocaleString('en')} ${name}`)
    .join(', ');
}
