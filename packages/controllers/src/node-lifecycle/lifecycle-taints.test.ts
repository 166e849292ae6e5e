import type { Node, NodeCondition, Taint } from '@berth/kinds';
import { expect, it } from 'vitest';
import { lifecycleTaints } from './lifecycle-taints.ts';

const now = new Date('2026-03-01T10:00:00Z');
const at = '2026-03-01T10:00:00Z';
const earlier = '2026-03-01T09:58:00Z';
const ready = (status: string): NodeCondition => ({ type: 'Ready', status });
const noSchedule = (name: string, timeAdded = at): Taint => ({
  key: `node.kubernetes.io/${name}`,
  effect: 'NoSchedule',
  timeAdded,
});
const noExecute = (name: string, timeAdded = at): Taint => ({
  ...noSchedule(name, timeAdded),
  effect: 'NoExecute',
});
const own: Taint = { key: 'team', value: 'a', effect: 'NoSchedule' };

interface Case {
  readonly conditions?: readonly NodeCondition[];
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly drivesOut?: boolean;
  readonly expected: readonly Taint[];
}

it.each<readonly [string, Case]>([
  ['a ready node has none', { conditions: [ready('True')], expected: [] }],
  [
    'a node that is not ready takes no pods and drives its own out',
    { conditions: [ready('False')], expected: [noSchedule('not-ready'), noExecute('not-ready')] },
  ],
  [
    'so does one that is silent',
    { conditions: [ready('Unknown')], expected: [noSchedule('unreachable'), noExecute('unreachable')] },
  ],
  [
    'where no node is left, nothing is driven out',
    { conditions: [ready('Unknown')], drivesOut: false, expected: [noSchedule('unreachable')] },
  ],
  [
    'and what was to be driven out may stay',
    {
      conditions: [ready('False')],
      taints: [noSchedule('not-ready', earlier), noExecute('not-ready', earlier)],
      drivesOut: false,
      expected: [noSchedule('not-ready', earlier)],
    },
  ],
  [
    'the time of pods goes on when a node that is not ready falls silent',
    {
      conditions: [ready('Unknown')],
      taints: [noSchedule('not-ready', earlier), noExecute('not-ready', earlier)],
      expected: [noSchedule('unreachable'), noExecute('unreachable', earlier)],
    },
  ],
  [
    'a node that is well again loses them, and keeps what others added',
    {
      conditions: [ready('True')],
      taints: [noSchedule('unreachable', earlier), own, noExecute('unreachable', earlier)],
      expected: [own],
    },
  ],
  [
    'what there is too little of keeps new pods away',
    {
      conditions: [
        ready('True'),
        { type: 'MemoryPressure', status: 'True' },
        { type: 'DiskPressure', status: 'True' },
        { type: 'PIDPressure', status: 'True' },
        { type: 'NetworkUnavailable', status: 'True' },
      ],
      expected: ['memory-pressure', 'disk-pressure', 'pid-pressure', 'network-unavailable'].map((name) =>
        noSchedule(name),
      ),
    },
  ],
  [
    'pressure that is over, or unknown, does not',
    {
      conditions: [
        ready('True'),
        { type: 'MemoryPressure', status: 'False' },
        { type: 'DiskPressure', status: 'Unknown' },
      ],
      taints: [noSchedule('memory-pressure'), noSchedule('disk-pressure')],
      expected: [],
    },
  ],
  [
    'a cordoned node says so',
    { conditions: [ready('True')], unschedulable: true, expected: [noSchedule('unschedulable')] },
  ],
  [
    'and no more when it is uncordoned',
    { conditions: [ready('True')], taints: [noSchedule('unschedulable')], expected: [] },
  ],
  [
    'a taint that drives pods out says since when, whoever added it',
    {
      conditions: [ready('True')],
      taints: [
        { key: 'a', effect: 'NoExecute' },
        { key: 'b', effect: 'NoExecute', timeAdded: earlier },
      ],
      expected: [
        { key: 'a', effect: 'NoExecute', timeAdded: at },
        { key: 'b', effect: 'NoExecute', timeAdded: earlier },
      ],
    },
  ],
  [
    'of a node that never said whether it is ready, what drives pods out is left alone',
    { taints: [noExecute('not-ready', earlier)], expected: [noExecute('not-ready', earlier)] },
  ],
])('%s', (_name, { conditions, taints, unschedulable, drivesOut = true, expected }) => {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'a' },
    spec: { ...(taints ? { taints: [...taints] } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: conditions ? { conditions: [...conditions] } : {},
  };
  const result = lifecycleTaints(node, { drivesOut, now });
  expect(result).toEqual(expected);
  const after = { ...node, spec: { ...node.spec, taints: [...result] } };
  expect(lifecycleTaints(after, { drivesOut, now })).toBe(after.spec.taints);
});
