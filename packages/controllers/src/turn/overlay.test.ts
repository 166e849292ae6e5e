import { builtinRegistry } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { expect, test } from 'vitest';
import { requirementsOf } from '../selection/requirements-of.ts';
import { MemoryBase } from '../testing/memory-base.ts';
import { keyOf } from './base-view.ts';
import { Overlay } from './overlay.ts';

const web = requirementsOf({ matchLabels: { app: 'web' } });

function podOf(
  name: string,
  { app = 'web', controller }: { app?: string; controller?: string } = {},
): KubeObject {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'o',
    uid: controller ?? '',
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      labels: { app },
      ...(controller ? { ownerReferences: [owner] } : {}),
    },
  };
}

function overlayOf(pods: readonly KubeObject[]): Overlay {
  const base = new MemoryBase();
  for (const pod of pods) base.put(keyOf('pods', pod), pod);
  return new Overlay({ base, nodes: [], registry: builtinRegistry });
}

const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort();

test('loose objects are those of the namespace without a controller, as the turn has them', () => {
  const overlay = overlayOf([
    podOf('a'),
    podOf('b', { app: 'db' }),
    podOf('c', { controller: 'x' }),
    podOf('d'),
  ]);
  const loose = () => names(overlay.loose('pods', 'default', web));
  expect(loose()).toEqual(['a', 'd']);
  expect(overlay.loose('pods', 'other', web)).toEqual([]);

  const undo = overlay.savepoint();
  const put = (pod: KubeObject, object: KubeObject | undefined = pod) =>
    overlay.put(keyOf('pods', pod), object);
  put(podOf('a', { controller: 'x' }));
  put(podOf('c'));
  put(podOf('e'));
  overlay.put(keyOf('pods', podOf('d')), undefined);
  expect(loose()).toEqual(['c', 'e']);
  put(podOf('c', { app: 'db' }));
  expect(loose()).toEqual(['e']);
  undo();
  expect(loose()).toEqual(['a', 'd']);
});

test('what is derived from objects is made once, and again when one of them changes', () => {
  const overlay = overlayOf([podOf('a')]);
  let made = 0;
  const count = (pods: readonly KubeObject[]): number => {
    made++;
    return pods.length;
  };
  const derive = (namespace?: string) => overlay.derived(count, 'pods', namespace);
  expect([derive('default'), derive('default'), derive(), derive('other')]).toEqual([1, 1, 1, 0]);
  expect(made).toBe(3);

  const undo = overlay.savepoint();
  overlay.put(keyOf('pods', podOf('b')), podOf('b'));
  expect([derive('default'), derive(), derive('other')]).toEqual([2, 2, 0]);
  expect(made).toBe(5);
  undo();
  expect(derive('default')).toBe(1);
});
