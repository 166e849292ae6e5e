import type { Pod, PodCondition } from '@berth/kinds';
import { expect, test } from 'vitest';
import { podConditions } from './pod-conditions.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u' },
  spec: { containers: [{ name: 'c' }], readinessGates: [{ conditionType: 'example.com/live' }] },
};

/** What the node says of a pod whose containers are ready, beside conditions of others. */
function readyBeside(before: readonly PodCondition[], ready = true): PodCondition[] {
  const statuses = [
    { name: 'c', ready, restartCount: 0, image: 'i', imageID: '', state: { running: {} }, started: true },
  ];
  const now = new Date('2026-03-01T10:00:00Z');
  const input = { pod, phase: 'Running', initStatuses: [], statuses, hasSandbox: true, now } as const;
  return podConditions(input, before);
}

const gate = (status: string): PodCondition => ({ type: 'example.com/live', status });
const message = (text: string): string => text.replace('<gate>', 'pod readiness gate "example.com/live"');

test.each<readonly [string, readonly PodCondition[], boolean, string]>([
  ['a gate that nobody has set', [], true, message('corresponding condition of <gate> does not exist.')],
  ['a closed gate', [gate('False')], true, message('the status of <gate> is not "True", but False')],
  ['an open gate', [gate('True')], true, ''],
  ['containers that are not ready', [gate('True')], false, 'containers with unready status: [c]'],
])('Ready follows from containers and gates: %s', (...[, before, ready, why]) => {
  const found = readyBeside(before, ready).find(({ type }) => type === 'Ready');
  expect([found?.status, found?.message ?? '']).toEqual([why === '' ? 'True' : 'False', why]);
});

test('a gate is its owner’s: the node says nothing of it', () => {
  expect(readyBeside([gate('True')]).map(({ type }) => type)).not.toContain('example.com/live');
});

test('readiness that others have computed from a gate keeps its time', () => {
  const lastTransitionTime = '2026-03-01T09:00:00Z';
  const before = [gate('False'), { type: 'Ready', status: 'False', lastTransitionTime }];
  expect(readyBeside(before).find(({ type }) => type === 'Ready')?.lastTransitionTime).toBe(
    lastTransitionTime,
  );
});
