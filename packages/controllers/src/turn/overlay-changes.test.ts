import type { KubeObject } from '@berth/machinery';
import { expect, test } from 'vitest';
import { MemoryBase } from '../testing/memory-base.ts';
import { memoryNode } from '../testing/kubelet.ts';
import { plainRegistry } from '../testing/plain-kinds.ts';
import { Overlay } from './overlay.ts';

const key = { resource: 'widgets', namespace: 'default', name: 'a' };

function widget(uid: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Widget', metadata: { name: 'a', namespace: 'default', uid } };
}

test('what changed since a position is told in order, and what was taken back the other way round', () => {
  const base = new MemoryBase();
  const before = widget('1');
  base.put(key, before);
  const overlay = new Overlay({ base, nodes: [memoryNode('n')], registry: plainRegistry });
  const after = widget('1');
  overlay.put(key, after);
  const { changes, position } = overlay.changesSince(0);
  expect(changes).toEqual([{ resource: 'widgets', before, after }]);

  const undo = overlay.savepoint();
  overlay.put(key, undefined);
  overlay.claim({ node: 'n', cpuMillis: 1, memoryBytes: 1 }, 1);
  undo();
  const claim = { resource: undefined, nodeIndex: 0 };
  expect(overlay.changesSince(position).changes).toEqual([
    { resource: 'widgets', before: after, after: undefined },
    claim,
    claim,
    { resource: 'widgets', before: undefined, after },
  ]);
  expect(overlay.get(key)).toBe(after);
});
