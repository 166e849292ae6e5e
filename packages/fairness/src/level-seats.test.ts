import { describe, expect, test } from 'vitest';
import { nominalSeats, seatLimit } from './level-seats.ts';
import type { PriorityLevel } from './priority-level.ts';
import type { Steering } from './steering.ts';

function level(name: string, over: Partial<PriorityLevel>): PriorityLevel {
  return {
    name,
    uid: name,
    response: 'queue',
    shares: 0,
    lendable: 0,
    borrowing: undefined,
    queues: 1,
    handSize: 1,
    queueLengthLimit: 1,
    ...over,
  };
}

function steeringOf(...levels: readonly PriorityLevel[]): Steering {
  const totalShares = levels.reduce((sum, { shares }) => sum + shares, 0);
  return {
    levels,
    totalShares,
    flowOf: () => {
      throw new Error('not asked for here');
    },
  };
}

describe('the seats of a level', () => {
  const high = level('high', { shares: 30, lendable: 0.5 });
  const low = level('low', { shares: 70, lendable: 1 });
  const steering = steeringOf(high, low, level('exempt', { response: 'exempt' }));
  const limit = (of: PriorityLevel, used: Readonly<Record<string, number>>, total = 100) =>
    seatLimit(of, steering, { total, usedBy: (name) => used[name] ?? 0 });

  test('are in proportion to its shares, and never none', () => {
    expect([nominalSeats(high, steering, 100), nominalSeats(low, steering, 100)]).toEqual([30, 70]);
    expect(nominalSeats(high, steering, 2)).toBe(1);
  });

  test.each<readonly [Record<string, number>, number, number]>([
    [{}, 100, 85],
    [{ low: 70 }, 30, 85],
    [{ low: 40 }, 60, 85],
    [{ high: 20 }, 100, 80],
    [{ high: 30 }, 100, 70],
    [{ high: 60 }, 100, 70],
  ])('grow by what others lend and do not use: %j', (used, highLimit, lowLimit) => {
    expect([limit(high, used), limit(low, used)]).toEqual([highLimit, lowLimit]);
  });

  test('grow no further than the level may borrow', () => {
    const modest = level('modest', { shares: 10, borrowing: 0.5 });
    const shared = steeringOf(modest, level('lender', { shares: 90, lendable: 1 }));
    expect(seatLimit(modest, shared, { total: 100, usedBy: () => 0 })).toBe(15);
  });

  test('of an exempt level have no end, and a level without shares has what it borrows', () => {
    const none = level('none', { shares: 0 });
    const shared = steeringOf(none, level('lender', { shares: 10, lendable: 0.1 }));
    expect(seatLimit(none, shared, { total: 100, usedBy: () => 0 })).toBe(10);
    expect(seatLimit(level('exempt', { response: 'exempt' }), shared, { total: 1, usedBy: () => 9 })).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
