/** A stretch of time with a name, in UTC: a month, a day or an hour. */
export interface UsagePeriod {
  readonly name: string;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

const shape = /^(\d{4})-(\d{2})(?:-(\d{2})(?:t(\d{2}))?)?$/;

/** `2026-11`, `2026-11-25` or `2026-11-25t13`; undefined for anything else. */
export function usagePeriod(name: string): UsagePeriod | undefined {
  const match = shape.exec(name);
  if (!match) return undefined;
  const [, year = '', month = '', day, hour] = match;
  const parts = [Number(year), Number(month) - 1, Number(day ?? 1), Number(hour ?? 0)] as const;
  const from = new Date(Date.UTC(...parts));
  const [y, m, d, h] = parts;
  const to =
    hour !== undefined
      ? Date.UTC(y, m, d, h + 1)
      : day !== undefined
        ? Date.UTC(y, m, d + 1)
        : Date.UTC(y, m + 1);
  const isReal = from.toISOString().toLowerCase().startsWith(name);
  return isReal ? { name, from, to: new Date(to) } : undefined;
}

/** This month, the last one, today and yesterday. */
export function currentPeriods(now: Date): readonly UsagePeriod[] {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const names = [
    monthName(Date.UTC(year, month)),
    monthName(Date.UTC(year, month - 1)),
    dayName(Date.UTC(year, month, day)),
    dayName(Date.UTC(year, month, day - 1)),
  ];
  return names.flatMap((name) => usagePeriod(name) ?? []);
}

const monthName = (time: number): string => new Date(time).toISOString().slice(0, 7);
const dayName = (time: number): string => new Date(time).toISOString().slice(0, 10);
