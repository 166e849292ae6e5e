import { describe, expect, it } from 'vitest';
import { isTimeZone, zoneOffsetMs } from './time-zone.ts';

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
