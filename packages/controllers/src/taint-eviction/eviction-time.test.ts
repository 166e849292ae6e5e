import type { Pod, Taint, Toleration } from '@berth/kinds';
import { expect, it } from 'vitest';
import { type EvictionTime, evictionTime } from './eviction-time.ts';

const added = '2026-03-01T10:00:00Z';
const after = (seconds: number): Date => new Date(Date.parse(added) + seconds * 1_000);
const taint = (key: string, timeAdded: string | undefined = added): Taint => ({
  key,
  effect: 'NoExecute',
  ...(timeAdded ? { timeAdded } : {}),
});
const tolerates = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

function timeOf(tolerations: Toleration[], taints: Taint[]): EvictionTime {
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { tolerations } };
  return evictionTime(pod, taints);
}

type Case = readonly [string, ...Parameters<typeof timeOf>, EvictionTime];

it.each<Case>([
  ['does not tolerate the taint', [], [taint('a')], 'now'],
  ['tolerates another one', [tolerates('b')], [taint('a')], 'now'],
  ['tolerates one of two', [tolerates('a')], [taint('a'), taint('b')], 'now'],
  ['tolerates it for good', [tolerates('a')], [taint('a')], undefined],
  ['tolerates it for a while', [tolerates('a', 300)], [taint('a')], after(300)],
  ['tolerates it for no time', [tolerates('a', 0)], [taint('a')], 'now'],
  ['tolerates it for less than no time', [tolerates('a', -5)], [taint('a')], 'now'],
  [
    'tolerates two for different times',
    [tolerates('a', 300), tolerates('b', 60)],
    [taint('a'), taint('b')],
    after(60),
  ],
  [
    'tolerates one for good, the other for a while',
    [tolerates('a'), tolerates('b', 60)],
    [taint('a'), taint('b')],
    after(60),
  ],
  [
    'tolerates each from when it came',
    [tolerates('a', 300), tolerates('b', 60)],
    [taint('a', '2026-03-01T09:55:01Z'), taint('b')],
    after(1),
  ],
  [
    'tolerates it twice: the first that matches counts',
    [tolerates('a', 9), tolerates('a')],
    [taint('a')],
    after(9),
  ],
  ['tolerates one whose time nobody has written down yet', [tolerates('a', 9)], [taint('a', '')], undefined],
])('a pod that %s', (_name, ...[tolerations, taints, expected]) => {
  expect(timeOf(tolerations, taints)).toEqual(expected);
});
