const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

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
  if (timeZone === 'UTC' || timeZone === '') return 0;
  const format = zoneFormat(timeZone);
  if (!format) throw new RangeError(`unknown time zone ${timeZone}`);
  // `3/8/2026, GMT-05:00`; `GMT` alone is no offset.
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(atMs));
  if (!match) return 0;
  const [, sign, hours, minutes, seconds = '0'] = match;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -offset : offset;
}

/**
 * The first instant in (afterMs, untilMs], to the second, at which the zone's offset is another one than right after
 * `afterMs`; undefined if it stays. Both are whole seconds. Changes less than a week apart could be missed: no zone has such.
 */
export function firstOffsetChangeMs(
  timeZone: string,
  { afterMs, untilMs, offsetMs }: { afterMs: number; untilMs: number; offsetMs: number },
): number | undefined {
  if (timeZone === 'UTC' || timeZone === '') return undefined;
  let same = afterMs;
  while (same < untilMs) {
    let other = Math.min(same + 7 * dayMs, untilMs);
    if (zoneOffsetMs(timeZone, other) === offsetMs) {
      same = other;
      continue;
    }
    while (other - same > 1000) {
      const middle = same + Math.floor((other - same) / 2000) * 1000;
      if (zoneOffsetMs(timeZone, middle) === offsetMs) same = middle;
      else other = middle;
    }
    return other;
  }
  return undefined;
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
