import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { start } from '../testing/job-scenario.ts';
import type { MemoryCluster } from '../testing/memory-cluster.ts';
import {
  claim,
  claimOf,
  claimSpec,
  classNamed,
  podNamed,
  podWith,
  volume,
  volumeOf,
} from '../testing/volume-scenario.ts';

const names = ['a', 'b', 'c', 'd'] as const;
const name = fc.constantFrom(...names);
const size = fc.constantFrom('1Gi', '2Gi', '3Gi');
const storageClassName = fc.constantFrom('static', 'waits', 'berth-local');

const step = fc.oneof(
  fc.record({ do: fc.constant('volume' as const), name, size, storageClassName, reserve: fc.option(name) }),
  fc.record({ do: fc.constant('claim' as const), name, size, storageClassName, names: fc.option(name) }),
  fc.record({ do: fc.constant('pod' as const), name }),
  fc.record({
    do: fc.constantFrom('unclaim' as const, 'unpod' as const, 'unvolume' as const, 'free' as const),
    name,
  }),
  fc.record({ do: fc.constant('turn' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

it('a claim is never bound to two volumes, nor a volume to two claims, in whatever order all comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const { cluster } = start();
      cluster.create(classNamed('waits', { volumeBindingMode: 'WaitForFirstConsumer' }));
      for (const next of steps) {
        take(cluster, next);
        requireOneToOne(cluster);
      }
      cluster.settle();
      requireOneToOne(cluster);
      requireWhole(cluster);
      expect(cluster.errors).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

function take(cluster: MemoryCluster, next: Step): void {
  switch (next.do) {
    case 'volume': {
      if (volume(cluster, next.name)) return;
      const claimRef =
        next.reserve === null ? {} : { claimRef: { namespace: 'default', name: next.reserve } };
      cluster.create(
        volumeOf(next.name, {
          capacity: { storage: next.size },
          storageClassName: next.storageClassName,
          ...claimRef,
        }),
      );
      return;
    }
    case 'claim': {
      if (claim(cluster, next.name)) return;
      const volumeName = next.names === null ? {} : { volumeName: next.names };
      const spec = claimSpec(next.size, { storageClassName: next.storageClassName, ...volumeName });
      cluster.create(claimOf(next.name, spec));
      return;
    }
    case 'pod':
      if (!podNamed(cluster, next.name)) cluster.create(podWith(next.name, [next.name]));
      return;
    case 'unclaim':
      return remove(cluster, claim(cluster, next.name));
    case 'unpod':
      return remove(cluster, podNamed(cluster, next.name));
    case 'unvolume':
      return remove(cluster, volume(cluster, next.name));
    case 'free':
      return free(cluster, volume(cluster, next.name));
    case 'turn':
      cluster.turn();
      return;
    default:
      next satisfies never;
  }
}

function remove(cluster: MemoryCluster, object: Parameters<MemoryCluster['delete']>[0] | undefined): void {
  if (object) cluster.delete(object, { gracePeriodSeconds: 0 });
}

/** What an administrator does with a volume whose claim is gone. */
function free(cluster: MemoryCluster, found: PersistentVolume | undefined): void {
  if (found?.status?.phase !== 'Released') return;
  const { claimRef: _claim, ...spec } = found.spec ?? {};
  cluster.update({ ...found, spec });
}

function bound(cluster: MemoryCluster): readonly PersistentVolumeClaim[] {
  return cluster
    .list<PersistentVolumeClaim>('persistentvolumeclaims')
    .filter(({ status }) => status?.phase === 'Bound');
}

function requireOneToOne(cluster: MemoryCluster): void {
  const volumes = bound(cluster).map(({ spec }) => spec?.volumeName);
  expect(new Set(volumes).size).toBe(volumes.length);
  const claims = cluster
    .list<PersistentVolume>('persistentvolumes')
    .filter(({ status }) => status?.phase === 'Bound')
    .map(({ spec }) => spec?.claimRef?.uid);
  expect(new Set(claims).size).toBe(claims.length);
}

/** Both sides of each binding say the same. */
function requireWhole(cluster: MemoryCluster): void {
  for (const { metadata, spec } of bound(cluster)) {
    const own = volume(cluster, spec?.volumeName ?? '');
    expect([own?.status?.phase, own?.spec?.claimRef?.uid]).toEqual(['Bound', metadata.uid]);
  }
}
