import { describe, expect, it, vi } from 'vitest';
import { firstOffsetChangeMs, isTimeZone, zoneOffsetMs } from './time-zone.ts';

describe('isTimeZone', () => {
  it.each([
    '',
    'UTC',
    'Etc/UTC',
    'Etc/GMT+5',
    'America/New_York',
    'America/Port-au-Prince',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'US/Eastern',
    'EST5EDT',
    'GB',
    'CET',
  ])('takes %j', (name) => expect(isTimeZone(name)).toBe(true));
  it.each([
    'Local',
    'utc',
    'america/New_York',
    'AMERICA/NEW_YORK',
    'Europe/berlin',
    '+01:00',
    '-0500',
    'AST',
    'PST',
    'Mars/Olympus',
    'posixrules',
  ])('refuses %j, which is no IANA name', (name) => expect(isTimeZone(name)).toBe(false));
});

describe('zoneOffsetMs', () => {
  it.each([
    ['UTC', '2026-01-01T00:00:00Z', 0],
    ['Europe/London', '2026-01-01T00:00:00Z', 0],
    ['Europe/London', '2026-07-01T00:00:00Z', 60],
    ['America/St_Johns', '2026-01-01T00:00:00Z', -210],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 345],
  ])('%s at %s is %d minutes', (timeZone, at, minutes) => {
    expect(zoneOffsetMs(timeZone, Date.parse(at))).toBe(minutes * 60_000);
  });
});

describe('what is remembered of a zone', () => {
  const zones = ['Europe/Berlin', 'America/Sao_Paulo', 'Africa/Casablanca', 'Pacific/Apia', 'Asia/Kathmandu'];
  const second = 1_000;

  /** The offset as `Intl` tells it, each time anew. */
  function toldOffsetMs(timeZone: string, atMs: number): number {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(atMs);
    const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
    return (
      Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
      Math.floor(atMs / second) * second
    );
  }

  it.each(zones)('%s: agrees with Intl on every day of ten years, asked in any order', (timeZone) => {
    const start = Date.UTC(2010, 0);
    for (let step = 0; step < 3_652; step++) {
      const atMs = start + ((step * 1_013) % 3_652) * 86_400_000 + (step % 86_400) * second + 500;
      expect(zoneOffsetMs(timeZone, atMs), new Date(atMs).toISOString()).toBe(toldOffsetMs(timeZone, atMs));
    }
  });

  it.each([
    // Clocks change at 01:00 UTC on the last Sunday of March and of October.
    ['Europe/Berlin', '2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2027-12-31T00:00:00Z', '2026-10-25T01:00:00Z'],
    ['Europe/Berlin', '2026-11-01T00:00:00Z', '2028-01-01T00:00:00Z', '2027-03-28T01:00:00Z'],
    ['Europe/Berlin', '2026-11-01T00:00:00Z', '2027-03-28T00:59:59Z', undefined],
    // Samoa left out the whole of 30 December 2011: its year of UTC ends on the other side of the date line.
    ['Pacific/Apia', '2011-12-01T00:00:00Z', '2012-02-01T00:00:00Z', '2011-12-30T10:00:00Z'],
    ['Asia/Kolkata', '2026-01-01T00:00:00Z', '2031-01-01T00:00:00Z', undefined],
    ['Etc/UTC', '2026-01-01T00:00:00Z', '2031-01-01T00:00:00Z', undefined],
  ])('%s: the first change after %s, up to %s, is at %s', (...[timeZone, after, until, expected]) => {
    const afterMs = Date.parse(after);
    const range = { afterMs, untilMs: Date.parse(until), offsetMs: zoneOffsetMs(timeZone, afterMs) };
    const changeMs = firstOffsetChangeMs(timeZone, range);
    expect(changeMs).toBe(expected && Date.parse(expected));
    if (changeMs === undefined) return;
    expect(zoneOffsetMs(timeZone, changeMs - 1)).toBe(range.offsetMs);
    expect(zoneOffsetMs(timeZone, changeMs)).not.toBe(range.offsetMs);
  });

  it('is asked of Intl once a zone and year, and of UTC never', () => {
    // A getter that returns the bound function, which the types show as a method.
    const prototype: { readonly format: unknown } = Intl.DateTimeFormat.prototype;
    const asked = vi.spyOn(prototype, 'format', 'get');
    const askAll = (timeZone: string): number => {
      asked.mockClear();
      for (let hour = 0; hour < 5_000; hour++) zoneOffsetMs(timeZone, Date.UTC(1999, 0, 1, hour));
      return asked.mock.calls.length;
    };
    expect(askAll('Europe/Paris')).toBeLessThan(200);
    expect(askAll('Europe/Paris')).toBe(0);
    for (const name of ['UTC', 'Etc/UTC', 'Etc/Zulu', 'GMT', 'Etc/GMT-0']) expect(askAll(name)).toBe(0);
    asked.mockRestore();
  });
});
