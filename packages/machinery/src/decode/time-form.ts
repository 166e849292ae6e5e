import { goQuote } from '../field-errors/go-quote.ts';
import { MalformedValue } from './malformed-value.ts';

const wholeSecondsInUtc =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

interface Layout {
  /** As Go writes it. */
  readonly text: string;
  readonly pattern: RegExp;
  readonly seconds: ReadonlyArray<readonly [part: string, pattern: RegExp]>;
}

const timeLayout: Layout = {
  text: '2006-01-02T15:04:05Z07:00',
  pattern: /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/,
  seconds: [['05', /^\d{2}(?:[.,]\d+)?/]],
};

const microTimeLayout: Layout = {
  text: '2006-01-02T15:04:05.000000Z07:00',
  pattern: /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})\.(\d{6})(Z|[+-]\d{2}:\d{2})$/,
  seconds: [
    ['05', /^\d{2}/],
    ['.000000', /^\.\d{6}/],
  ],
};

/** `metav1.Time`: any RFC 3339 time; written in UTC with whole seconds. `null` is Go's zero time. */
export function canonicalTime(text: string): string | null {
  if (wholeSecondsInUtc.test(text)) return text === '0001-01-01T00:00:00Z' ? null : text;
  const { utc } = parse(text, timeLayout);
  return utc === '0001-01-01T00:00:00' ? null : `${utc}Z`;
}

/** `metav1.MicroTime`: RFC 3339 with exactly six digits of a second; written in UTC. */
export function canonicalMicroTime(text: string): string | null {
  const { utc, fraction } = parse(text, microTimeLayout);
  return utc === '0001-01-01T00:00:00' && fraction === '000000' ? null : `${utc}.${fraction}Z`;
}

interface ParsedTime {
  /** `2006-01-02T15:04:05` */
  readonly utc: string;
  /** Digits after the point; '' for none. */
  readonly fraction: string;
}

function parse(text: string, layout: Layout): ParsedTime {
  const match = layout.pattern.exec(text);
  if (!match) throw new MalformedValue(explainLayout(text, layout));
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] =
    match;
  const outOfRange = findOutOfRange({ year, month, day, hour, minute, second, zone });
  if (outOfRange) throw new MalformedValue(`parsing time ${goQuote(text)}: ${outOfRange} out of range`);
  if (zone === 'Z' && hour.length === 2) return { utc: text.slice(0, 19), fraction };
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  local.setUTCHours(Number(hour), Number(minute), Number(second));
  const utc = new Date(local.getTime() - zoneOffsetMs(zone));
  return { utc: utc.toISOString().slice(-24, -5), fraction };
}

interface TimeParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  readonly zone: string;
}

function findOutOfRange(parts: TimeParts): string | undefined {
  const month = Number(parts.month);
  if (month < 1 || month > 12) return 'month';
  if (Number(parts.hour) > 23) return 'hour';
  if (Number(parts.minute) > 59) return 'minute';
  if (Number(parts.second) > 59) return 'second';
  if (parts.zone !== 'Z' && Number(parts.zone.slice(1, 3)) > 24) return 'time zone offset hour';
  if (parts.zone !== 'Z' && Number(parts.zone.slice(4)) > 60) return 'time zone offset minute';
  const day = Number(parts.day);
  return day < 1 || day > daysInMonth(Number(parts.year), month) ? 'day' : undefined;
}

function daysInMonth(year: number, month: number): number {
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return lastDay.getUTCDate();
}

function zoneOffsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

const partsBeforeSeconds: Layout['seconds'] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{1,2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
];

/** Go's `time.Parse` names the first part of the layout that the text does not have. */
function explainLayout(text: string, layout: Layout): string {
  let rest = text;
  const zone = ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/] as const;
  for (const [part, pattern] of [...partsBeforeSeconds, ...layout.seconds, zone]) {
    const match = pattern.exec(rest);
    if (!match) {
      return `parsing time ${goQuote(text)} as ${goQuote(layout.text)}: cannot parse ${goQuote(rest)} as ${goQuote(part)}`;
    }
    rest = rest.slice(match[0].length);
  }
  return `parsing time ${goQuote(text)}: extra text: ${goQuote(rest)}`;
}
