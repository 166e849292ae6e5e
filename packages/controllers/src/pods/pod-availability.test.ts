import type { Pod } from '@berth/kinds';
import { describe, expect, test } from 'vitest';
import { isPodAvailable, nextAvailableAt } from './pod-availability.ts';

const readyAt = new Date('2026-03-01T10:00:00Z');
const after = (seconds: number): Date => new Date(readyAt.getTime() + seconds * 1000);

function podOf(status: 'True' | 'False', lastTransitionTime?: string): Pod {
  const condition = { type: 'Ready', status, ...(lastTransitionTime ? { lastTransitionTime } : {}) };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, status: { conditions: [condition] } };
}

const ready = podOf('True', readyAt.toISOString());

describe('a pod is available', () => {
  test.each([
    ['at once, without minReadySeconds', ready, undefined, 0, true],
    ['at once, with 0', ready, 0, 0, true],
    ['not before it was ready for so long', ready, 10, 9, false],
    ['the moment it was', ready, 10, 10, true],
    ['not while it is not ready', podOf('False', readyAt.toISOString()), 0, 60, false],
    ['without a time only where none is asked for', podOf('True'), 0, 0, true],
    ['not if nobody knows since when it is ready', podOf('True'), 1, 60, false],
  ])('%s', (...[, pod, minReadySeconds, seconds, expected]) => {
    expect(isPodAvailable(pod, minReadySeconds, after(seconds))).toBe(expected);
  });
});

test('the owner looks again when the next pod becomes available, and never without need', () => {
  const later = podOf('True', after(5).toISOString());
  expect(nextAvailableAt([later, ready, podOf('False')], 10, after(0))).toEqual(after(10));
  expect(nextAvailableAt([later, ready], 10, after(10))).toEqual(after(15));
  expect(nextAvailableAt([later, ready], 10, after(15))).toBeUndefined();
  expect(nextAvailableAt([later, ready], 0, after(0))).toBeUndefined();
});
