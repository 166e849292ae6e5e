import { expect, it } from 'vitest';
import type { Pod, PodCondition } from '../generated/api-types.ts';
import { decoded } from '../registry/decoded-fixture.ts';
import { pod } from './pod.ts';

const stored = decoded(pod, {
  spec: {
    containers: [{ name: 'c', image: 'x:1' }],
    readinessGates: [{ conditionType: 'example.com/a' }, { conditionType: 'example.com/b' }],
  },
});
const isTrue = (type: string): PodCondition => ({ type, status: 'True' });
const isFalse = (type: string): PodCondition => ({ type, status: 'False' });

/** The Ready condition as it is stored when a node writes these. */
function readyOf(conditions: PodCondition[], current = stored): PodCondition | undefined {
  const next = pod.strategy.status?.prepareForUpdate({ ...current, status: { conditions } }, current);
  return (next as Pod).status?.conditions?.find(({ type }) => type === 'Ready');
}

it.each<readonly [PodCondition[], string | undefined]>([
  [[isTrue('Ready'), isTrue('example.com/a'), isTrue('example.com/b')], undefined],
  [[isFalse('Ready'), isFalse('example.com/a')], undefined],
  [[isTrue('Ready'), isTrue('example.com/a'), isFalse('example.com/b')], 'example.com/b'],
  [[isTrue('Ready'), isTrue('example.com/b')], 'example.com/a'],
])('no pod is ready while one of its gates is closed: %j', (conditions, closed) => {
  const [first] = conditions;
  expect(readyOf(conditions)).toEqual(
    closed === undefined
      ? first
      : {
          type: 'Ready',
          status: 'False',
          reason: 'ReadinessGatesNotReady',
          message: `the status of pod readiness gate "${closed}" is not "True"`,
        },
  );
});

it('conditions mean nothing to a pod without gates', () => {
  const ungated = decoded(pod, { spec: { containers: [{ name: 'c', image: 'x:1' }] } });
  expect(readyOf([isTrue('Ready'), isFalse('example.com/a')], ungated)).toEqual(isTrue('Ready'));
});
