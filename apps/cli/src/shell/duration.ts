import { usageError } from '../cli-error.ts';

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `15m`, `24h`, `30d` or `1h30m`, in seconds. @throws CliError USAGE */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  const isWhole = parts.map(([part]) => part).join('') === text && parts.length > 0;
  const seconds = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
  if (isWhole && seconds > 0) return seconds;
  throw usageError(`"${text}" is no time. Give a number and a unit: 90s, 15m, 24h or 30d`);
}
