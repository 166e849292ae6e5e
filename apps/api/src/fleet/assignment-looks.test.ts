import type { AssignedVersion, RevisionHint, Store } from '@berth/store';
import { expect, test } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { createAssignmentLooks } from './assignment-looks.ts';

type Versions = ReadonlyMap<string, AssignedVersion>;

/** Looks at a store whose answers are given by hand. */
function heldLooks() {
  const listeners = new Set<(hint: RevisionHint) => void>();
  const asked: Array<{ clusterId: string; nodes: readonly string[]; answer: (versions: Versions) => void }> =
    [];
  const assignedVersions: Store['assignedVersions'] = ({ clusterId, nodes }) =>
    new Promise((answer) => void asked.push({ clusterId, nodes, answer }));
  const looks = createAssignmentLooks({
    store: { assignedVersions },
    hints: {
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    resource: 'pods',
  });
  const hint = (clusterId: string): void => {
    for (const listener of listeners) listener({ clusterId, revision: 1 });
  };
  return { looks, asked, hint, listeners };
}

test('a burst of hints is one look, which serves the feeds of all nodes', async () => {
  const { looks, asked, hint } = heldLooks();
  const told: string[] = [];
  for (const node of ['n1', 'n2'])
    looks.subscribe(node, (clusterId, version) => told.push(`${node} ${clusterId} ${version?.count ?? 0}`));
  for (let round = 0; round < 5; round++) hint('a');
  await eventually('the look', () => asked.length > 0);
  expect(asked.map(({ clusterId, nodes }) => [clusterId, ...nodes])).toEqual([['a', 'n1', 'n2']]);
  asked[0]?.answer(new Map([['n2', { count: 3, newest: 9 }]]));
  await eventually('both are told', () => told.length === 2);
  expect(told).toEqual(['n1 a 0', 'n2 a 3']);
});

test('a hint during a look is looked into afterwards, and one cluster’s look keeps no other’s waiting', async () => {
  const { looks, asked, hint } = heldLooks();
  looks.subscribe('n1', () => {});
  hint('slow');
  await eventually('the slow look', () => asked.length === 1);
  hint('slow');
  hint('other');
  await eventually('the other look', () => asked.length === 2);
  expect(asked[1]?.clusterId).toBe('other');
  asked[0]?.answer(new Map());
  await eventually('the second slow look', () => asked.length === 3);
  expect(asked[2]?.clusterId).toBe('slow');
});

test('without feeds no hint is listened to', () => {
  const { looks, listeners } = heldLooks();
  const [first, second] = ['n1', 'n2'].map((node) => looks.subscribe(node, () => {}));
  expect(listeners.size).toBe(1);
  first?.();
  second?.();
  expect(listeners.size).toBe(0);
});
