import type { PersistentVolumeClaim, StatefulSetSpec } from '@berth/kinds';
import type { OwnerReference } from '@berth/machinery';
import { describe, expect, it } from 'vitest';
import { statefulSetController } from './reconcile.ts';
import { withRetention } from './claim-retention.ts';
import {
  change,
  letRun,
  podOf,
  podsNow,
  startForSets,
  type StatefulScenario,
  web,
  webOf,
} from '../testing/stateful-scenario.ts';

const template = {
  metadata: { name: 'data', labels: { tier: 'disk' }, annotations: { note: 'kept' } },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

/** Claims are written as in a manifest, without a type of their own. */
const volumeClaimTemplates = [template] as unknown as PersistentVolumeClaim[];

function started(spec: Partial<StatefulSetSpec> = {}): StatefulScenario {
  const scenario = startForSets();
  scenario.cluster.create(webOf({ spec: { replicas: 2, volumeClaimTemplates, ...spec } }));
  letRun(scenario);
  return scenario;
}

function claim({ cluster }: StatefulScenario, name: string): PersistentVolumeClaim | undefined {
  return cluster.get<PersistentVolumeClaim>('persistentvolumeclaims', 'default', name);
}

const owners = (found: PersistentVolumeClaim | undefined): string[] | undefined =>
  found && (found.metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);

describe('the claims of a StatefulSet', () => {
  it('are made before their pods, which mount them, and stay when pods and set go', () => {
    const scenario = started();
    const { cluster } = scenario;
    expect(podOf(cluster, 1).spec?.volumes?.[0]).toMatchObject({
      name: 'data',
      persistentVolumeClaim: { claimName: 'data-web-1' },
    });
    expect(claim(scenario, 'data-web-1')).toMatchObject({
      metadata: { labels: { tier: 'disk', app: 'web' }, annotations: { note: 'kept' } },
      spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
    });
    const made = cluster.events('web').filter((event) => event.includes('web-0'));
    expect(made).toEqual([
      'SuccessfulCreate: create Claim data-web-0 Pod web-0 in StatefulSet web success',
      'SuccessfulCreate: create Pod web-0 in StatefulSet web successful',
    ]);
    const { uid } = claim(scenario, 'data-web-1')?.metadata ?? {};
    change(cluster, { replicas: 1 });
    letRun(scenario);
    change(cluster, { replicas: 2 });
    letRun(scenario);
    expect(claim(scenario, 'data-web-1')?.metadata.uid).toBe(uid);
    cluster.delete(web(cluster));
    letRun(scenario);
    expect(podsNow(cluster)).toEqual([]);
    expect(claim(scenario, 'data-web-1')?.metadata.uid).toBe(uid);
    expect(owners(claim(scenario, 'data-web-1'))).toEqual([]);
  });

  it('take the place of a volume of their name in the template', () => {
    const scenario = startForSets();
    const volumes = [
      { name: 'data', emptyDir: {} },
      { name: 'cache', emptyDir: {} },
    ];
    scenario.cluster.create(webOf({ spec: { volumeClaimTemplates }, podSpec: { volumes } }));
    scenario.cluster.settle();
    expect(podOf(scenario.cluster, 0).spec?.volumes?.map(({ name }) => name)).toEqual(['data', 'cache']);
  });

  it('go with the set where whenDeleted says so', () => {
    const scenario = started({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } });
    expect(owners(claim(scenario, 'data-web-0'))).toEqual(['StatefulSet web']);
    scenario.cluster.delete(web(scenario.cluster));
    letRun(scenario);
    expect(scenario.cluster.list('persistentvolumeclaims')).toEqual([]);
  });

  it('go with their pod where whenScaled says so, and only with one that is not wanted any more', () => {
    const scenario = started({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } });
    const { cluster } = scenario;
    expect(owners(claim(scenario, 'data-web-1'))).toEqual([]);
    cluster.delete(podOf(cluster, 1));
    letRun(scenario);
    expect(claim(scenario, 'data-web-1')).toBeDefined();
    const { uid } = claim(scenario, 'data-web-1')?.metadata ?? {};
    change(cluster, { replicas: 1 });
    cluster.settle();
    expect(owners(claim(scenario, 'data-web-1'))).toEqual(['Pod web-1']);
    letRun(scenario);
    expect(claim(scenario, 'data-web-1')).toBeUndefined();
    change(cluster, { replicas: 2 });
    letRun(scenario);
    expect(claim(scenario, 'data-web-1')?.metadata.uid).not.toBe(uid);
  });

  it('follow a policy that changes', () => {
    const scenario = started();
    const { cluster } = scenario;
    expect(owners(claim(scenario, 'data-web-0'))).toEqual([]);
    change(cluster, {
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
    });
    letRun(scenario);
    expect(owners(claim(scenario, 'data-web-0'))).toEqual(['StatefulSet web']);
    change(cluster, {
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    letRun(scenario);
    expect(owners(claim(scenario, 'data-web-0'))).toEqual([]);
  });

  it('that are being deleted are waited for before their pod is made', () => {
    const scenario = started();
    const { cluster } = scenario;
    const held = claim(scenario, 'data-web-1');
    if (!held) throw new Error('there is no claim');
    cluster.update({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/held'] } });
    cluster.delete(podOf(cluster, 1));
    cluster.delete(held);
    letRun(scenario);
    expect(podsNow(cluster)).toEqual(['+web-0=web:1']);
    expect(cluster.events('web')).toContain(
      'FailedCreate: create Pod web-1 in StatefulSet web failed error: pvc data-web-1 is being deleted',
    );
    const going = claim(scenario, 'data-web-1');
    if (going) cluster.update({ ...going, metadata: { ...going.metadata, finalizers: [] } });
    cluster.settle();
    expect(podOf(cluster, 1).metadata.deletionTimestamp).toBeUndefined();
    expect(claim(scenario, 'data-web-1')?.metadata.uid).not.toBe(held.metadata.uid);
  });

  it('that went while their pod still waits are made again', () => {
    const scenario = startForSets();
    const { cluster } = scenario;
    cluster.create(webOf({ spec: { replicas: 1, volumeClaimTemplates } }));
    cluster.settle();
    const first = claim(scenario, 'data-web-0');
    if (!first) throw new Error('there is no claim');
    cluster.update({ ...first, metadata: { ...first.metadata, finalizers: [] } });
    const bare = claim(scenario, 'data-web-0');
    if (bare) cluster.delete(bare);
    cluster.settle();
    expect(claim(scenario, 'data-web-0')?.metadata.uid).not.toBe(first.metadata.uid);
  });
});

describe('the owners of a claim', () => {
  const set = { ...webOf(), metadata: { ...webOf().metadata, uid: 'set' } };
  const reference = (kind: string, name: string, uid: string): OwnerReference => ({
    apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  });
  const setRef = reference('StatefulSet', 'web', 'set');
  const podRef = (ordinal: number) => reference('Pod', `web-${ordinal}`, `pod-${ordinal}`);
  const foreign = reference('Widget', 'w', 'other');
  const bystander = { ...foreign, controller: false };

  it.each<readonly [string, string, number, OwnerReference[], OwnerReference[]]>([
    ['Retain', 'Retain', 0, [], []],
    ['Retain', 'Retain', 0, [setRef], []],
    ['Retain', 'Retain', 5, [podRef(5)], []],
    ['Delete', 'Retain', 0, [], [setRef]],
    ['Delete', 'Retain', 5, [], [setRef]],
    ['Retain', 'Delete', 0, [podRef(0)], []],
    ['Retain', 'Delete', 5, [], [podRef(5)]],
    ['Delete', 'Delete', 0, [podRef(0)], [setRef]],
    ['Delete', 'Delete', 5, [setRef], [podRef(5)]],
    ['Delete', 'Delete', 0, [foreign], [foreign]],
    ['Delete', 'Retain', 0, [bystander], [bystander, setRef]],
  ])(
    'with whenDeleted %s, whenScaled %s, of ordinal %i',
    (...[whenDeleted, whenScaled, ordinal, before, after]) => {
      const policy = { whenDeleted, whenScaled };
      const owner = {
        ...set,
        spec: { ...set.spec, template: {}, persistentVolumeClaimRetentionPolicy: policy },
      };
      const held: PersistentVolumeClaim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'c', ownerReferences: before },
      };
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `web-${ordinal}`, uid: `pod-${ordinal}` },
      };
      const kept = withRetention(held, owner, pod);
      expect(kept.metadata.ownerReferences ?? []).toEqual(after);
      expect(withRetention(kept, owner, pod)).toBe(kept);
    },
  );
});

it('a claim that goes wakes the sets that may wait for it, and no others', () => {
  const scenario = startForSets();
  scenario.cluster.create(webOf({ spec: { volumeClaimTemplates } }));
  const woken = (name: string) => {
    const before = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
    };
    const list = (resource: string) => scenario.cluster.list(resource);
    return statefulSetController.keysOf(
      { resource: 'persistentvolumeclaims', before, after: undefined },
      // Nothing but lists of objects is asked for.
      { list } as never,
    );
  };
  expect(woken('data-web-12')).toEqual([
    { resource: 'statefulsets.apps', namespace: 'default', name: 'web' },
  ]);
  expect(woken('data-web-x')).toEqual([]);
  expect(woken('logs-web-1')).toEqual([]);
});
