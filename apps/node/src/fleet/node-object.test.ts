import type { NodeStatus } from '@berth/kinds';
import { expect, it } from 'vitest';
import { isNews, nodeStatus } from './node-object.ts';
import { simulatedMachine } from './this-machine.ts';

const description = {
  name: 'one',
  runtime: { name: 'simulated', version: 'simulated://1', podCapacity: 10 },
  machine: simulatedMachine(),
  address: '127.0.0.1',
  kubeletPort: 10250,
  isShuttingDown: false,
  now: new Date('2026-03-01T12:00:00Z'),
};
const later = { ...description, now: new Date('2026-03-01T12:00:10Z') };
const posted = nodeStatus(description, undefined);
const network = { type: 'NetworkUnavailable', status: 'False' };
const unknown = {
  ...posted,
  conditions: (posted.conditions ?? []).map((condition) => ({ ...condition, status: 'Unknown' })),
};

it.each<[string, { wanted: NodeStatus; current: NodeStatus | undefined; news: boolean }]>([
  ['nothing but time passed', { wanted: nodeStatus(later, posted), current: posted, news: false }],
  ['no status is there', { wanted: posted, current: undefined, news: true }],
  ['someone says that nothing is known of it', { wanted: posted, current: unknown, news: true }],
  [
    'the machine is short of memory',
    {
      wanted: nodeStatus(
        {
          ...later,
          machine: { ...later.machine, pressure: { ...later.machine.pressure, memory: true } },
        },
        posted,
      ),
      current: posted,
      news: true,
    },
  ],
  [
    'the agent listens at another port',
    { wanted: nodeStatus({ ...later, kubeletPort: 10251 }, posted), current: posted, news: true },
  ],
  [
    'others added a condition and a resource',
    {
      wanted: posted,
      current: {
        ...posted,
        capacity: { ...posted.capacity, 'example.com/dongle': '4' },
        conditions: [network, ...(posted.conditions ?? [])],
      },
      news: false,
    },
  ],
])('is news or not: %s', (_name, { wanted, current, news }) => {
  expect(isNews(wanted, current)).toBe(news);
});

it('a node that shuts down is not ready from that moment on, and nothing else changes', () => {
  const next = nodeStatus({ ...later, isShuttingDown: true }, posted);
  expect(next.conditions?.at(-1)).toEqual({
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'node is shutting down',
    lastHeartbeatTime: '2026-03-01T12:00:10Z',
    lastTransitionTime: '2026-03-01T12:00:10Z',
  });
  expect(next.conditions?.slice(0, -1).map(({ lastTransitionTime }) => lastTransitionTime)).toEqual(
    Array(3).fill('2026-03-01T12:00:00Z'),
  );
});

it('quantities stand as the API writes them, so that what it serves is no news', () => {
  expect(
    nodeStatus({ ...description, runtime: { ...description.runtime, podCapacity: 1000 } }, undefined),
  ).toMatchObject({
    capacity: { cpu: '256', memory: '1Ti', 'ephemeral-storage': '1Ti', pods: '1k' },
    allocatable: { cpu: '256', memory: '1048320Mi', 'ephemeral-storage': '1Ti', pods: '1k' },
  });
});

it.each([
  [true, 'True', 'CgroupsVersion1'],
  [false, 'False', 'NoCgroups'],
])('a node whose limits are enforced (%s) says so', (enforced, status, reason) => {
  const runtime = { ...description.runtime, limits: { enforced, reason, message: 'why' } };
  const { conditions } = nodeStatus({ ...description, runtime }, undefined);
  expect(conditions?.find(({ type }) => type === 'berth.dev/LimitsEnforced')).toMatchObject({
    status,
    reason,
    message: 'why',
  });
  const without = nodeStatus(description, undefined).conditions ?? [];
  expect(without.map(({ type }) => type)).not.toContain('berth.dev/LimitsEnforced');
});
