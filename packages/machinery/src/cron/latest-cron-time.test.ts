import { describe, expect, it } from 'vitest';
import { parseCronSchedule } from './cron-schedule.ts';
import { latestCronTime } from './latest-cron-time.ts';

describe('latestCronTime', () => {
  it.each([
    ['nothing is due yet', '0 * * * *', '2026-03-01T00:00:00Z', '2026-03-01T00:59:59Z', undefined, 'none'],
    [
      'one is due',
      '0 * * * *',
      '2026-03-01T00:00:00Z',
      '2026-03-01T01:00:00Z',
      '2026-03-01T01:00:00Z',
      'few',
    ],
    [
      'two are due',
      '0 * * * *',
      '2026-03-01T00:00:00Z',
      '2026-03-01T02:30:00Z',
      '2026-03-01T02:00:00Z',
      'few',
    ],
    [
      '100 are due',
      '* * * * *',
      '2026-03-01T00:00:00Z',
      '2026-03-01T01:40:00Z',
      '2026-03-01T01:40:00Z',
      'few',
    ],
    [
      '101 are due',
      '* * * * *',
      '2026-03-01T00:00:00Z',
      '2026-03-01T01:41:00Z',
      '2026-03-01T01:41:00Z',
      'many',
    ],
    [
      'years are due',
      '* * * * *',
      '2016-03-01T00:00:00Z',
      '2026-03-01T00:00:30Z',
      '2026-03-01T00:00:00Z',
      'many',
    ],
    [
      'dense, then long silent',
      '* 0 1 1 *',
      '2025-12-31T00:00:00Z',
      '2026-06-01T00:00:00Z',
      '2026-01-01T00:59:00Z',
      'many',
    ],
    ['never due', '0 0 30 2 *', '2020-03-01T00:00:00Z', '2026-03-01T00:00:00Z', undefined, 'none'],
  ])('%s', (...[, spec, after, now, time, missed]) => {
    const latest = latestCronTime(parseCronSchedule(spec), { after: new Date(after), now: new Date(now) });
    expect(latest).toEqual({ time: time && new Date(time), missed });
  });

  it('goes by the wall clock of the zone', () => {
    const latest = latestCronTime(parseCronSchedule('0 9 * * *'), {
      after: new Date('2026-03-01T00:00:00Z'),
      now: new Date('2026-03-10T23:00:00Z'),
      timeZone: 'Asia/Tokyo',
    });
    expect(latest.time?.toISOString()).toBe('2026-03-10T00:00:00.000Z');
  });
});
