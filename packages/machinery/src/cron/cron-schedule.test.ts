import { describe, expect, it } from 'vitest';
import { CronScheduleError, parseCronSchedule } from './cron-schedule.ts';

function occurrences(spec: string, after: string, { count = 1, timeZone = 'UTC' } = {}): string[] {
  const schedule = parseCronSchedule(spec);
  const times: string[] = [];
  let time: Date | undefined = new Date(after);
  while (times.length < count) {
    time = schedule.next(time, timeZone);
    if (!time) return [...times, 'never'];
    times.push(time.toISOString().replace('.000', ''));
  }
  return times;
}

describe('parseCronSchedule', () => {
  it.each([
    ['*/5 * * * *', '2026-03-01T00:00:00Z', '2026-03-01T00:05:00Z'],
    ['* * * * *', '2026-03-01T00:00:59.999Z', '2026-03-01T00:01:00Z'],
    ['5/15 * * * *', '2026-03-01T00:20:00Z', '2026-03-01T00:35:00Z'],
    ['10-20/5 * * * *', '2026-03-01T00:20:00Z', '2026-03-01T01:10:00Z'],
    ['1,,2 * * * *', '2026-03-01T00:01:00Z', '2026-03-01T00:02:00Z'],
    ['+5 * * * *', '2026-03-01T00:00:00Z', '2026-03-01T00:05:00Z'],
    ['0 0 * JAN,dec Mon-Fri', '2026-03-01T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['0 0 ? * SUN', '2026-03-01T00:00:00Z', '2026-03-08T00:00:00Z'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 30 2 *', '2026-03-01T00:00:00Z', 'never'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', 'never'],
    [', * * * *', '2026-03-01T00:00:00Z', 'never'],
    ['@hourly', '2026-03-01T00:30:00Z', '2026-03-01T01:00:00Z'],
    ['@daily', '2026-03-01T00:30:00Z', '2026-03-02T00:00:00Z'],
    ['@midnight', '2026-03-01T00:30:00Z', '2026-03-02T00:00:00Z'],
    ['@weekly', '2026-03-02T00:30:00Z', '2026-03-08T00:00:00Z'],
    ['@monthly', '2026-03-02T00:30:00Z', '2026-04-01T00:00:00Z'],
    ['@yearly', '2026-03-02T00:30:00Z', '2027-01-01T00:00:00Z'],
    ['@annually', '2026-03-02T00:30:00Z', '2027-01-01T00:00:00Z'],
    ['@every 1h30m', '2026-03-01T00:00:10.5Z', '2026-03-01T01:30:10Z'],
    ['@every 10ms', '2026-03-01T00:00:10Z', '2026-03-01T00:00:11Z'],
    ['TZ=Asia/Tokyo 0 9 * * *', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['CRON_TZ=Asia/Tokyo @daily', '2026-03-01T00:00:00Z', '2026-03-01T15:00:00Z'],
  ])('runs %j after %s at %s', (spec, after, expected) => {
    expect(occurrences(spec, after)).toEqual([expected]);
  });

  // 1 March 2026 is a Sunday.
  it.each([
    ['both restricted: either day', '0 0 13 * 5', ['2026-03-06', '2026-03-13', '2026-03-20']],
    ['day of week free: the date alone', '0 0 13 * *', ['2026-03-13', '2026-04-13', '2026-05-13']],
    ['day of week is ?: the date alone', '0 0 13 * ?', ['2026-03-13', '2026-04-13', '2026-05-13']],
    ['date free: the weekday alone', '0 0 * * 5', ['2026-03-06', '2026-03-13', '2026-03-20']],
    ['a star with step 1 is a star', '0 0 */1 * 5', ['2026-03-06', '2026-03-13', '2026-03-20']],
    [
      'a star with a step restricts',
      '0 0 */20 * 5',
      ['2026-03-06', '2026-03-13', '2026-03-20', '2026-03-21'],
    ],
    ['a full range is no star', '0 0 1-31 * 5', ['2026-03-02', '2026-03-03']],
    ['a star in a list is a star', '0 0 *,13 * 5', ['2026-03-06', '2026-03-13']],
  ])('days, %s', (_rule, spec, days) => {
    expect(occurrences(spec, '2026-03-01T00:00:00Z', { count: days.length })).toEqual(
      days.map((day) => `${day}T00:00:00Z`),
    );
  });

  // New York: 2012-03-11 02:00 becomes 03:00 (07:00Z); 2012-11-04 02:00 becomes 01:00 (06:00Z).
  it.each([
    ['hourly over the gap', '0 * * * *', '2012-03-11T05:00:00Z', ['06:00', '07:00', '08:00']],
    ['nightly before the gap', '0 1 * * *', '2012-03-11T05:00:00Z', ['06:00', '29:00']],
    ['nightly in the gap: skipped that day', '0 2 * * *', '2012-03-11T05:00:00Z', ['30:00']],
    ['nightly at the end of the gap', '0 3 * * *', '2012-03-11T05:00:00Z', ['07:00', '31:00']],
    ['hourly over the repeat', '0 * * * *', '2012-11-04T04:00:00Z', ['05:00', '06:00', '07:00']],
    ['nightly in the repeat: twice', '0 1 * * *', '2012-11-04T04:00:00Z', ['05:00', '06:00', '30:00']],
    ['nightly after the repeat: once', '0 2 * * *', '2012-11-04T04:00:00Z', ['07:00', '31:00']],
    ['half past in the repeat', '30 1 * * *', '2012-11-04T05:45:00Z', ['06:30']],
  ])('clock changes, %s', (...[, spec, after, hours]) => {
    const midnightMs = Date.parse(`${after.slice(0, 10)}T00:00:00Z`);
    const expected = hours.map((hour) => {
      const [h, m] = hour.split(':').map(Number);
      return new Date(midnightMs + (h ?? 0) * 3_600_000 + (m ?? 0) * 60_000)
        .toISOString()
        .replace('.000', '');
    });
    expect(occurrences(spec, after, { count: hours.length, timeZone: 'America/New_York' })).toEqual(expected);
  });

  it('runs a date whose midnight a clock change skips on the next date that has one', () => {
    const timeZone = 'America/Sao_Paulo';
    expect(occurrences('0 0 4 11 *', '2018-10-17T09:00:00Z', { timeZone })).toEqual(['2019-11-04T03:00:00Z']);
    expect(occurrences('0 0 9 10 *', '2018-10-17T09:00:00Z', { timeZone })).toEqual(['2019-10-09T03:00:00Z']);
    expect(occurrences('0 0 22 2 *', '2018-02-14T10:00:00Z', { timeZone })).toEqual(['2018-02-22T03:00:00Z']);
  });

  it('keeps zones of half hours and the far side of the date line', () => {
    expect(occurrences('30 6 * * *', '2026-03-01T00:00:00Z', { timeZone: 'Asia/Kolkata' })).toEqual([
      '2026-03-01T01:00:00Z',
    ]);
    // Samoa skipped the whole of 30 December 2011.
    expect(occurrences('0 12 30,31 12 *', '2011-12-29T12:00:00Z', { timeZone: 'Pacific/Apia' })).toEqual([
      '2011-12-30T22:00:00Z',
    ]);
  });

  it('reads a schedule once, however often it is asked for, and a refused one each time', () => {
    expect(parseCronSchedule('7 7 * * *')).toBe(parseCronSchedule('7 7 * * *'));
    for (let time = 0; time < 2; time++) expect(() => parseCronSchedule('7 7')).toThrow(CronScheduleError);
  });

  it('gives the same times in whatever order and zone they are asked for', () => {
    const shared = parseCronSchedule('*/20 1-3 * * *');
    const zones = ['Europe/Berlin', 'UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];
    // Around the clock change of Berlin, in steps that fall before, on and after scheduled times.
    for (let step = 0; step < 600; step++) {
      const after = new Date(Date.UTC(2026, 2, 28, 22) + ((step * 211) % 600) * 100_000 + (step % 3) * 500);
      const timeZone = zones[step % zones.length];
      // The leading zero makes it another text, which is read anew.
      const alone = parseCronSchedule(`*/20 ${'0'.repeat(step + 1)}1-3 * * *`);
      expect(shared.next(after, timeZone), `${timeZone} after ${after.toISOString()}`).toEqual(
        alone.next(after, timeZone),
      );
    }
  });

  it.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 * * * * *', 'expected exactly 5 fields, found 6: [0 * * * * *]'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['0 0 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['*/-5 * * * *', 'negative number (-5) not allowed: -5'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['-5 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ['0 0 L * *', 'failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax'],
    ['0 0 * * 1#2', 'failed to parse int from 1#2: strconv.Atoi: parsing "1#2": invalid syntax'],
    [
      '99999999999999999999 * * * *',
      'failed to parse int from 99999999999999999999: strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
    ['@foo', 'unrecognized descriptor: @foo'],
    ['@every', 'unrecognized descriptor: @every'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['@every 5d', 'failed to parse duration @every 5d: time: unknown unit "d" in duration "5d"'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['TZ=0', 'invalid schedule format: runtime error: slice bounds out of range [:-1]'],
    ['TZ=Foo * * * * *', 'provided bad location Foo: unknown time zone Foo'],
    ['TZ=UTC ', 'expected exactly 5 fields, found 0: []'],
  ])('refuses %j in upstream words', (spec, message) => {
    expect(() => parseCronSchedule(spec)).toThrow(new CronScheduleError(message));
  });
});
