import { expect, test } from 'vitest';
import { estimateSeats, type WorkRequest } from './estimate-seats.ts';

test.each<readonly [Partial<WorkRequest>, number | undefined, number]>([
  [{ verb: 'get', name: 'x' }, 5_000, 1],
  [{ verb: 'create' }, 5_000, 1],
  [{ verb: 'list' }, undefined, 1],
  [{ verb: 'list' }, 0, 1],
  [{ verb: 'list' }, 100, 1],
  [{ verb: 'list' }, 101, 2],
  [{ verb: 'list' }, 5_000, 10],
  [{ verb: 'list', limit: 500 }, 5_000, 5],
  [{ verb: 'list', name: 'x' }, 5_000, 1],
  [{ verb: 'deletecollection' }, 350, 4],
  [{ verb: 'watch' }, 5_000, 1],
  [{ verb: 'watch', sendsInitialEvents: true }, 5_000, 10],
])('%j over %s objects takes %i seats', (...[request, objects, seats]) => {
  const whole = { verb: 'get', name: '', limit: 0, sendsInitialEvents: false, ...request };
  expect(estimateSeats(whole, objects)).toBe(seats);
});
