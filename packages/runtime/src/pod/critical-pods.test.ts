import type { Pod } from '@berth/kinds';
import { expect, it } from 'vitest';
import { stopGroups } from './critical-pods.ts';

const pod = (name: string, priority?: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: priority === undefined ? {} : { priority },
});
const one = pod('one');
const two = pod('two', 1_000);
const critical = pod('critical', 2_000_001_000);

it.each([
  {
    pods: [critical, one, two],
    grace: 10,
    groups: [
      ['one', 'two', 6],
      ['critical', 4],
    ],
  },
  { pods: [one, two], grace: 10, groups: [['one', 'two', 10]] },
  { pods: [critical], grace: 10, groups: [['critical', 10]] },
  {
    pods: [critical, one],
    grace: 0,
    groups: [
      ['one', 0],
      ['critical', 0],
    ],
  },
  {
    pods: [critical, one],
    grace: Number.POSITIVE_INFINITY,
    groups: [
      ['one', Infinity],
      ['critical', Infinity],
    ],
  },
  { pods: [], grace: 10, groups: [] },
])('critical pods end last, in a time of their own: $groups', ({ pods, grace, groups }) => {
  const planned = stopGroups(pods, (each) => each, grace);
  expect(
    planned.map(({ members, graceSeconds }) => [
      ...members.map(({ metadata }) => metadata.name),
      graceSeconds,
    ]),
  ).toEqual(groups);
});
