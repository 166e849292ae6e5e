import { LRUCache } from 'lru-cache';

const dayMs = 86_400_000;

/** Bounded, because a zone can be written in more than one way, and each format takes tens of kilobytes. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 100 });

/** A stretch of constant offset: up to the next one, or to the end of its year. */
interface Stretch {
  readonly fromMs: number;
  readonly offsetMs: number;
}

/** By zone and year. `Intl` takes a microsecond to tell one offset, and a year takes about a hundred. */
const knownStretches = new LRUCache<string, readonly Stretch[]>({ max: 2_000 });

/** The names by which IANA has UTC, and GMT, which is the same time. */
const utcNames = new Set(
  ['GMT', 'GMT+0', 'GMT-0', 'GMT0', 'Greenwich', 'UCT', 'UTC', 'Universal', 'Zulu'].flatMap((name) => [
    name,
    `Etc/${name}`,
  ]),
);

/** The IANA names of three letters. `Intl` knows more of them, from before IANA. */
const shortNames = new Set('CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' '));
/** Lower case to the case in which IANA has the name. */
let canonicalCase: ReadonlyMap<string, string> | undefined;

/**
 * Whether the name is one of the IANA database, which is what Kubernetes accepts. Case matters, as it does for the
 * files of the database; numeric offsets and other names that only `Intl` takes are refused.
 */
export function isTimeZone(name: string): boolean {
  if (name === '') return true;
  if (/^(?:[+\-a-z]|SystemV\/)/.test(name) || /\/[a-z]/.test(name)) return false;
  if (/^[A-Z]{3}$/.test(name) && !shortNames.has(name)) return false;
  canonicalCase ??= new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone]));
  const canonical = canonicalCase.get(name.toLowerCase());
  return (canonical === undefined || canonical === name) && zoneFormat(name) !== undefined;
}

/** Wall clock time minus UTC at that instant, in milliseconds. The zone must pass {@link isTimeZone}. */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  if (isUtc(timeZone)) return 0;
  const stretches = stretchesOf(timeZone, utcYear(atMs));
  return stretches.findLast((stretch) => stretch.fromMs <= atMs)?.offsetMs ?? 0;
}

/**
 * The first instant in (afterMs, untilMs], to the second, at which the zone's offset is another one than right after
 * `afterMs`; undefined if it stays. Both are whole seconds. Changes less than a week apart could be missed: no zone has such.
 */
export function firstOffsetChangeMs(
  timeZone: string,
  { afterMs, untilMs, offsetMs }: { afterMs: number; untilMs: number; offsetMs: number },
): number | undefined {
  if (isUtc(timeZone)) return undefined;
  for (let year = utcYear(afterMs); year <= utcYear(untilMs); year++) {
    for (const stretch of stretchesOf(timeZone, year)) {
      if (stretch.fromMs > untilMs) return undefined;
      if (stretch.fromMs > afterMs && stretch.offsetMs !== offsetMs) return stretch.fromMs;
    }
  }
  return undefined;
}

function isUtc(timeZone: string): boolean {
  return timeZone === '' || utcNames.has(timeZone);
}

function utcYear(atMs: number): number {
  return new Date(atMs).getUTCFullYear();
}

/** The zone's stretches of constant offset in a year of UTC, in order; the first one begins with the year. */
function stretchesOf(timeZone: string, year: number): readonly Stretch[] {
  const key = `${timeZone}|${year}`;
  const known = knownStretches.get(key);
  if (known) return known;
  const stretches = findStretches(timeZone, year);
  knownStretches.set(key, stretches);
  return stretches;
}

function findStretches(timeZone: string, year: number): Stretch[] {
  const format = zoneFormat(timeZone);
  if (!format) throw new RangeError(`unknown time zone ${timeZone}`);
  const endMs = Date.UTC(year + 1, 0) - 1_000;
  let last: Stretch = { fromMs: Date.UTC(year, 0), offsetMs: formattedOffsetMs(format, Date.UTC(year, 0)) };
  const stretches = [last];
  for (let same = last.fromMs; same < endMs; ) {
    let other = Math.min(same + 7 * dayMs, endMs);
    const otherOffsetMs = formattedOffsetMs(format, other);
    if (otherOffsetMs === last.offsetMs) {
      same = other;
      continue;
    }
    while (other - same > 1_000) {
      const middle = same + Math.floor((other - same) / 2_000) * 1_000;
      if (formattedOffsetMs(format, middle) === last.offsetMs) same = middle;
      else other = middle;
    }
    last = { fromMs: other, offsetMs: formattedOffsetMs(format, other) };
    stretches.push(last);
    same = other;
  }
  return stretches;
}

function formattedOffsetMs(format: Intl.DateTimeFormat, atMs: number): number {
  // `3/8/2026, GMT-05:00`; `GMT` alone is no offset.
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(atMs));
  if (!match) return 0;
  const [, sign, hours, minutes, seconds = '0'] = match;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -offset : offset;
}

function zoneFormat(name: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(name);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    formats.set(name, format);
    return format;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
