import type { Deployment, Pod, ReplicaSet } from '@berth/kinds';
import type { KubeObject, OwnerReference } from '@berth/machinery';
import { beforeEach, describe, expect, test } from 'vitest';
import { controllerOf } from '../ownership.ts';
import { replicaKinds, ReplicaScenario } from '../testing/replica-scenario.ts';

// What Kubernetes promises of its garbage collector, under the names of its conformance suite.

const controllers = replicaKinds.find(({ kind }) => kind === 'ReplicationController');
let scenario: ReplicaScenario;

beforeEach(() => {
  if (!controllers) throw new Error('no kind');
  scenario = new ReplicaScenario(controllers);
});

const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort();
const resource = 'replicationcontrollers';

function deployment(): Deployment {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  scenario.cluster.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
  });
  scenario.cluster.settle();
  const created = scenario.cluster.get<Deployment>('deployments.apps', 'default', 'web');
  if (!created) throw new Error('no Deployment');
  expect(scenario.active()).toHaveLength(2);
  return created;
}

/** Lets the node agents end what is to end, until nothing more happens. */
function finish(): void {
  scenario.cluster.settle();
  scenario.kubelet.finishTerminating();
  scenario.cluster.settle();
}

describe('Garbage collector', () => {
  test('should delete RS created by deployment when not orphaning [Conformance]', () => {
    scenario.cluster.delete(deployment(), { propagationPolicy: 'Background' });
    finish();
    expect(scenario.cluster.list('deployments.apps')).toEqual([]);
    expect(scenario.cluster.list('replicasets.apps')).toEqual([]);
    expect(scenario.pods()).toEqual([]);
  });

  test('should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]', () => {
    const [before] = [deployment(), scenario.active()].slice(1);
    scenario.cluster.delete(deploymentNow(), { propagationPolicy: 'Orphan' });
    scenario.cluster.advance(60);
    expect(scenario.cluster.list('deployments.apps')).toEqual([]);
    const [replicaSet, ...others] = scenario.cluster.list<ReplicaSet>('replicasets.apps');
    expect(others).toEqual([]);
    expect(replicaSet?.metadata.ownerReferences).toBeUndefined();
    expect(names(scenario.active())).toEqual(names(before as readonly Pod[]));
    expect(scenario.active().every((pod) => controllerOf(pod)?.uid === replicaSet?.metadata.uid)).toBe(true);
  });

  function deploymentNow(): KubeObject {
    const found = scenario.cluster.get('deployments.apps', 'default', 'web');
    if (!found) throw new Error('no Deployment');
    return found;
  }

  test('should delete pods created by rc when not orphaning [Conformance]', () => {
    scenario.create({ replicas: 2 });
    scenario.cluster.settle();
    scenario.cluster.delete(scenario.owner(), { propagationPolicy: 'Background' });
    finish();
    expect(scenario.cluster.list(resource)).toEqual([]);
    expect(scenario.pods()).toEqual([]);
  });

  test('should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial] [Conformance]', () => {
    scenario.create({ replicas: 100 });
    scenario.cluster.settle();
    scenario.kubelet.runAll();
    scenario.cluster.settle();
    scenario.cluster.delete(scenario.owner(), { propagationPolicy: 'Foreground' });
    scenario.cluster.advance(60);
    expect(scenario.pods()).toHaveLength(100);
    expect(scenario.pods().every(({ metadata }) => metadata.deletionTimestamp)).toBe(true);
    expect(scenario.owner().metadata.finalizers).toEqual(['foregroundDeletion']);
    finish();
    expect(scenario.pods()).toEqual([]);
    expect(scenario.cluster.list(resource)).toEqual([]);
    const gone = scenario.cluster.log.filter(({ after }) => !after).map(({ resource: of }) => of);
    expect(gone.filter((of) => of === 'pods')).toHaveLength(100);
    expect(gone.indexOf(resource)).toBeGreaterThan(gone.lastIndexOf('pods'));
  });

  test('should orphan pods created by rc if delete options say so [Serial] [Conformance]', () => {
    scenario.create({ replicas: 100 });
    scenario.cluster.settle();
    const before = names(scenario.active());
    scenario.cluster.delete(scenario.owner(), { propagationPolicy: 'Orphan' });
    scenario.cluster.advance(60);
    expect(scenario.cluster.list(resource)).toEqual([]);
    expect(names(scenario.active())).toEqual(before);
    expect(scenario.active().every(({ metadata }) => metadata.ownerReferences === undefined)).toBe(true);
  });

  test.each(['Foreground', 'Background'] as const)(
    'should not be blocked by dependency circle [Conformance]: %s',
    (propagationPolicy) => {
      for (const name of ['pod1', 'pod2', 'pod3']) scenario.createPod(name, {});
      scenario.cluster.settle();
      for (const [name, ownerName] of [
        ['pod1', 'pod3'],
        ['pod2', 'pod1'],
        ['pod3', 'pod2'],
      ] as const) {
        own(scenario.pod(name), [reference(scenario.pod(ownerName))]);
      }
      scenario.cluster.settle();
      expect(names(scenario.active())).toEqual(['pod1', 'pod2', 'pod3']);
      scenario.cluster.delete(scenario.pod('pod1'), { propagationPolicy });
      for (let round = 0; round < 4; round++) finish();
      expect(scenario.pods()).toEqual([]);
      expect(scenario.cluster.errors).toEqual([]);
    },
  );

  test("should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial] [Conformance]", () => {
    scenario.create({ replicas: 100 }, 'first');
    scenario.create({ replicas: 0 }, 'second');
    scenario.cluster.settle();
    scenario.kubelet.runAll();
    const shared = scenario.active().slice(0, 50);
    for (const pod of shared) {
      const current = scenario.pod(pod.metadata.name);
      const { controller: _controller, ...second } = reference(scenario.owner('second'));
      own(current, [...(current.metadata.ownerReferences ?? []), second]);
    }
    scenario.cluster.settle();
    scenario.cluster.delete(scenario.owner('first'), { propagationPolicy: 'Foreground' });
    finish();
    expect(names(scenario.cluster.list(resource))).toEqual(['second']);
    expect(names(scenario.active())).toEqual(names(shared));
    const owners = scenario.active().flatMap(({ metadata }) => metadata.ownerReferences ?? []);
    expect(new Set(owners.map(({ name }) => name))).toEqual(new Set(['second']));
  });
});

function own(object: Pod, ownerReferences: OwnerReference[]): void {
  scenario.cluster.update({ ...object, metadata: { ...object.metadata, ownerReferences } });
}

function reference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
