import { describe, expect, it } from 'vitest';
import { nextRunAt, type ProbeResult, type ProbeTally, tally, untried } from './probe-verdict.ts';

const startedAt = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000);
const secondsOf = (time: Date) => (time.getTime() - startedAt.getTime()) / 1000;

describe('a verdict', () => {
  const play = (results: string, probe: Parameters<typeof tally>[2]) => {
    let current: ProbeTally = untried;
    return results
      .split('')
      .map((letter) => {
        const result: ProbeResult = letter === '+' ? 'success' : 'failure';
        current = tally(current, result, probe);
        return { success: '+', failure: '-', none: '.' }[current.verdict ?? 'none'];
      })
      .join('');
  };

  it.each([
    { guarantee: 'stands from the first success by default', results: '+', expected: '+' },
    { guarantee: 'needs three failures in a row by default', results: '--+---', expected: '..+++-' },
    { guarantee: 'outlives failures below the threshold', results: '+--+--', expected: '++++++' },
    {
      guarantee: 'needs its successes in a row',
      probe: { successThreshold: 2 },
      results: '+-++',
      expected: '...+',
    },
    {
      guarantee: 'changes at once with thresholds of one',
      probe: { failureThreshold: 1 },
      results: '+-+-',
      expected: '+-+-',
    },
  ])('$guarantee', ({ results, expected, probe = {} }) => {
    expect(play(results, probe)).toBe(expected);
  });
});

describe('the next run', () => {
  const next = (
    probe: Parameters<typeof nextRunAt>[0],
    times: { lastBegun?: number; now: number; spreadSeconds?: number },
  ) =>
    secondsOf(
      nextRunAt(probe, {
        startedAt,
        lastBegunAt: times.lastBegun === undefined ? undefined : after(times.lastBegun),
        now: after(times.now),
        spreadMs: (times.spreadSeconds ?? 0) * 1000,
      }),
    );

  it.each([
    { guarantee: 'is at once without an initial delay', probe: {}, times: { now: 2 }, at: 2 },
    {
      guarantee: 'waits out the initial delay from the start of the container',
      probe: { initialDelaySeconds: 7 },
      times: { now: 2 },
      at: 7,
    },
    {
      guarantee: 'follows a period after the run before began',
      probe: { periodSeconds: 4 },
      times: { lastBegun: 3, now: 5 },
      at: 7,
    },
    {
      guarantee: 'is at once after a run that took longer than its period',
      probe: { periodSeconds: 4 },
      times: { lastBegun: 3, now: 9 },
      at: 9,
    },
    { guarantee: 'is every ten seconds by default', probe: {}, times: { lastBegun: 3, now: 3 }, at: 13 },
    {
      guarantee: 'is spread for what was found running',
      probe: { initialDelaySeconds: 1 },
      times: { now: 100, spreadSeconds: 6 },
      at: 106,
    },
  ])('$guarantee', ({ probe, times, at }) => {
    expect(next(probe, times)).toBe(at);
  });
});
