import { builtinRegistry, withOwnNodes } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { clusterSeed } from '../namespace/cluster-seed.ts';
import { start } from '../testing/job-scenario.ts';
import { memoryNode } from '../testing/kubelet.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import {
  claim,
  claimOf,
  claimSpec,
  classNamed,
  podNamed,
  podWith,
  stateOfClaim,
  stateOfVolume,
  volume,
  volumeOf,
} from '../testing/volume-scenario.ts';

const message = (cluster: MemoryCluster, name: string) =>
  podNamed(cluster, name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
const noPreemption = (nodes: number) =>
  `no new claims to deallocate, preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;

/** A pod that is gone for its node, too. */
function finish(cluster: MemoryCluster, name: string): void {
  const found = podNamed(cluster, name);
  if (found) cluster.delete(found, { gracePeriodSeconds: 0 });
  cluster.settle();
}

describe('a claim of the default class', () => {
  it('waits for its first pod, and says so', () => {
    const { cluster } = start();
    cluster.create(claimOf('c'));
    cluster.settle();
    expect(stateOfClaim(cluster, 'c')).toBe('Pending');
    expect(cluster.events('c')).toEqual([
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    ]);
  });

  it('gets a directory of the node of its first pod, and the pod its node, in one turn', () => {
    const { cluster } = start();
    cluster.create(claimOf('c', claimSpec('3Gi')));
    cluster.create(podWith('p', ['c']));
    cluster.turn();
    const node = podNamed(cluster, 'p')?.spec?.nodeName;
    const name = `pvc-${claim(cluster, 'c')?.metadata.uid}`;
    expect(['a', 'b']).toContain(node);
    expect(stateOfClaim(cluster, 'c')).toBe(`Bound ${name}`);
    expect(claim(cluster, 'c')?.metadata.annotations).toMatchObject({
      'volume.kubernetes.io/selected-node': node,
      'volume.kubernetes.io/storage-provisioner': 'local.berth.dev',
      'volume.beta.kubernetes.io/storage-provisioner': 'local.berth.dev',
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    expect(volume(cluster, name)).toMatchObject({
      metadata: {
        annotations: { 'pv.kubernetes.io/provisioned-by': 'local.berth.dev' },
        finalizers: ['local.berth.dev/directory', 'kubernetes.io/pv-protection'],
      },
      spec: {
        capacity: { storage: '3Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'berth-local',
        csi: { driver: 'local.berth.dev', volumeHandle: name },
      },
      status: { phase: 'Bound' },
    });
    expect(volume(cluster, name)?.metadata.annotations).not.toHaveProperty(
      'pv.kubernetes.io/bound-by-controller',
    );
    expect(cluster.events('c')).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${name}`);
    cluster.settle();
    expect(cluster.errors).toEqual([]);
  });

  it('has nothing to be removed on a simulated node', () => {
    const { cluster } = start();
    cluster.nodes = cluster.nodes.map(({ node, claimed }) => ({
      node: { ...node, metadata: { ...node.metadata, labels: { 'berth.dev/runtime': 'simulated' } } },
      claimed,
    }));
    cluster.create(claimOf('c'));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const name = claim(cluster, 'c')?.spec?.volumeName ?? '';
    expect(volume(cluster, name)?.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    finish(cluster, 'p');
    const bound = claim(cluster, 'c');
    if (bound) cluster.delete(bound);
    cluster.settle();
    expect(stateOfVolume(cluster, name)).toBe('gone');
  });

  it('brings a later pod to the same node, and to no other', () => {
    const { cluster } = start();
    cluster.create(claimOf('c'));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const node = podNamed(cluster, 'p')?.spec?.nodeName ?? '';
    finish(cluster, 'p');
    for (const name of ['again', 'beside']) cluster.create(podWith(name, ['c']));
    cluster.settle();
    expect(['again', 'beside'].map((name) => podNamed(cluster, name)?.spec?.nodeName)).toEqual([node, node]);
    cluster.create(
      podWith('elsewhere', ['c'], { nodeSelector: { 'kubernetes.io/hostname': node === 'a' ? 'b' : 'a' } }),
    );
    cluster.settle();
    expect(podNamed(cluster, 'elsewhere')?.spec?.nodeName).toBeUndefined();
  });

  it('of many pods that come at once goes where the pod has room', () => {
    const { cluster } = start();
    cluster.nodes = ['a', 'b'].map((name) => memoryNode(name, { cpu: '5' }));
    const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }];
    for (let index = 0; index < 10; index++) {
      cluster.create(claimOf(`c${index}`));
      cluster.create(podWith(`p${index}`, [`c${index}`], { containers }));
    }
    cluster.settle();
    const nodes = Array.from({ length: 10 }, (_, index) => podNamed(cluster, `p${index}`)?.spec?.nodeName);
    expect(nodes.filter((name) => name === 'a')).toHaveLength(5);
    expect(nodes.filter((name) => name === 'b')).toHaveLength(5);
  });

  it('is deleted with its volume, which waits for the node to remove the directory', () => {
    const { cluster } = start();
    cluster.create(claimOf('c'));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const name = claim(cluster, 'c')?.spec?.volumeName ?? '';
    finish(cluster, 'p');
    const bound = claim(cluster, 'c');
    if (bound) cluster.delete(bound);
    cluster.settle();
    expect([stateOfClaim(cluster, 'c'), stateOfVolume(cluster, name)]).toEqual(['gone', 'Released c']);
    const left = volume(cluster, name);
    expect(left?.metadata.deletionTimestamp).toBeDefined();
    expect(left?.metadata.finalizers).toEqual(['local.berth.dev/directory']);
    if (left) cluster.update({ ...left, metadata: { ...left.metadata, finalizers: [] } });
    cluster.settle();
    expect(stateOfVolume(cluster, name)).toBe('gone');
  });

  it('whose node is no more does not wait for it', () => {
    const { cluster } = start();
    cluster.create(claimOf('c'));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const name = claim(cluster, 'c')?.spec?.volumeName ?? '';
    const node = podNamed(cluster, 'p')?.spec?.nodeName;
    finish(cluster, 'p');
    const lost = cluster.nodes.find((candidate) => candidate.node.metadata.name === node);
    cluster.nodes = cluster.nodes.filter((candidate) => candidate !== lost);
    const bound = claim(cluster, 'c');
    if (bound) cluster.delete(bound);
    cluster.settle();
    expect(stateOfVolume(cluster, name)).toBe('gone');
  });

  it('grows, and the volume with it', () => {
    const { cluster } = start();
    cluster.create(claimOf('c'));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const bound = claim(cluster, 'c');
    if (bound)
      cluster.update({ ...bound, spec: { ...bound.spec, resources: { requests: { storage: '2Gi' } } } });
    cluster.settle();
    expect(claim(cluster, 'c')?.status?.capacity).toEqual({ storage: '2Gi' });
    expect(volume(cluster, bound?.spec?.volumeName ?? '')?.spec?.capacity).toEqual({ storage: '2Gi' });
  });

  it('is told that nobody makes directories on nodes that are the cluster’s own', () => {
    const { cluster } = start();
    const own = new MemoryCluster({
      registry: withOwnNodes(builtinRegistry),
      reconcilers: cluster.reconcilers,
      nodes: cluster.nodes,
    });
    for (const object of clusterSeed({ clusterCa: 'CA' })) own.create(object);
    own.create(claimOf('c'));
    own.create(podWith('p', ['c']));
    own.settle();
    expect(own.events('c')).toContain(
      'ProvisioningFailed: failed to provision volume with StorageClass "berth-local": the nodes of this cluster are its own; they need a provisioner of their own',
    );
  });

  it.each<readonly [string, object, string]>([
    [
      'a block device',
      { volumeMode: 'Block' },
      'a directory of a node is a file system; volumeMode Block is not supported',
    ],
    ['a selector', { selector: { matchLabels: { a: 'b' } } }, 'claim Selector is not supported'],
    [
      'a source',
      { dataSource: { kind: 'PersistentVolumeClaim', name: 'x' } },
      'data sources are not supported',
    ],
  ])('that asks for %s is told that it gets none', (...[, spec, refusal]) => {
    const { cluster } = start();
    cluster.create(claimOf('c', claimSpec('1Gi', spec)));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    expect(stateOfClaim(cluster, 'c')).toBe('Pending');
    expect(cluster.events('c')).toContain(
      `ProvisioningFailed: failed to provision volume with StorageClass "berth-local": ${refusal}`,
    );
  });
});

describe('a claim of another provisioner', () => {
  it('names it, waits for it, and its pod waits with it', () => {
    const { cluster } = start();
    cluster.create(
      classNamed('ext', { provisioner: 'example.com/x', volumeBindingMode: 'WaitForFirstConsumer' }),
    );
    cluster.create(claimOf('c', claimSpec('1Gi', { storageClassName: 'ext' })));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const annotations = claim(cluster, 'c')?.metadata.annotations;
    expect(annotations).toMatchObject({ 'volume.kubernetes.io/storage-provisioner': 'example.com/x' });
    expect(cluster.events('c')).toContain(
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/x' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    );
    expect(podNamed(cluster, 'p')?.spec?.nodeName).toBeUndefined();
    const { uid } = claim(cluster, 'c')?.metadata ?? {};
    cluster.create(
      volumeOf('made', {
        storageClassName: 'ext',
        claimRef: { namespace: 'default', name: 'c', ...(uid && { uid }) },
      }),
    );
    cluster.settle();
    expect(stateOfClaim(cluster, 'c')).toBe('Bound made');
    expect(podNamed(cluster, 'p')?.spec?.nodeName).toBe(annotations?.['volume.kubernetes.io/selected-node']);
  });
});

describe('a pod', () => {
  it.each<readonly [string, (cluster: MemoryCluster) => void, string]>([
    ['whose claim is not there', () => undefined, 'persistentvolumeclaim "c" not found'],
    [
      'whose claim should be bound by now',
      (cluster) => cluster.create(claimOf('c', claimSpec('1Gi', { storageClassName: '' }))),
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'whose class makes no volumes, and none is there',
      (cluster) => {
        cluster.create(classNamed('static', { volumeBindingMode: 'WaitForFirstConsumer' }));
        cluster.create(claimOf('c', claimSpec('1Gi', { storageClassName: 'static' })));
      },
      "2 node(s) didn't find available persistent volumes to bind",
    ],
    [
      'whose volume is on another node',
      (cluster) => {
        const terms = [{ matchExpressions: [{ key: 'x', operator: 'Exists' as const }] }];
        cluster.create(volumeOf('v', { nodeAffinity: { required: { nodeSelectorTerms: terms } } }));
        cluster.create(claimOf('c', claimSpec('1Gi', { storageClassName: 'static' })));
      },
      "2 node(s) didn't match PersistentVolume's node affinity",
    ],
    [
      'whose volume is in another zone',
      (cluster) => {
        const labelled = volumeOf('v');
        const labels = { 'topology.kubernetes.io/zone': 'far' };
        cluster.create({ ...labelled, metadata: { ...labelled.metadata, labels } });
        cluster.create(claimOf('c', claimSpec('1Gi', { storageClassName: 'static' })));
      },
      '2 node(s) had no available volume zone',
    ],
  ])('%s waits, and says why', (...[, prepare, reason]) => {
    const { cluster } = start();
    prepare(cluster);
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    expect(message(cluster, 'p')).toBe(`0/2 nodes are available: ${reason}. ${noPreemption(2)}`);
  });

  it('waits for its claim to be made, and is placed as soon as it is', () => {
    const { cluster } = start();
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    cluster.create(claimOf('c'));
    cluster.settle();
    expect(podNamed(cluster, 'p')?.spec?.nodeName).toBeDefined();
  });

  it('takes a volume that is on the node, rather than having one made', () => {
    const { cluster } = start();
    cluster.create(classNamed('static', { volumeBindingMode: 'WaitForFirstConsumer' }));
    const onB = [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['b'] }] }];
    const local = { nodeAffinity: { required: { nodeSelectorTerms: onB } } };
    cluster.create(volumeOf('v', local));
    cluster.create(volumeOf('w', local));
    for (const name of ['c', 'd', 'e']) {
      cluster.create(claimOf(name, claimSpec('1Gi', { storageClassName: 'static' })));
      cluster.create(podWith(`p${name}`, [name]));
    }
    cluster.settle();
    const nodes = ['pc', 'pd', 'pe'].map((name) => podNamed(cluster, name)?.spec?.nodeName);
    expect(nodes.filter((name) => name === 'b')).toHaveLength(2);
    expect(nodes.filter((name) => name === undefined)).toHaveLength(1);
    expect(['v', 'w'].map((name) => volume(cluster, name)?.status?.phase)).toEqual(['Bound', 'Bound']);
  });

  it('has a claim of access mode ReadWriteOncePod for itself', () => {
    const { cluster } = start();
    cluster.create(claimOf('c', claimSpec('1Gi', { accessModes: ['ReadWriteOncePod'] })));
    cluster.create(podWith('first', ['c']));
    cluster.settle();
    cluster.create(podWith('second', ['c']));
    cluster.settle();
    const inUse =
      '1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';
    expect(message(cluster, 'second')).toContain(`0/2 nodes are available: ${inUse}`);
    finish(cluster, 'first');
    expect(podNamed(cluster, 'second')?.spec?.nodeName).toBeDefined();
  });

  it('keeps a claim that is deleted until it is gone', () => {
    const { cluster } = start();
    cluster.create(claimOf('c'));
    cluster.create(podWith('p', ['c']));
    cluster.settle();
    const bound = claim(cluster, 'c');
    if (bound) cluster.delete(bound);
    cluster.advance(100);
    expect(claim(cluster, 'c')?.metadata.deletionTimestamp).toBeDefined();
    cluster.create(podWith('late', ['c']));
    cluster.settle();
    expect(message(cluster, 'late')).toContain('persistentvolumeclaim "c" is being deleted');
    finish(cluster, 'p');
    expect(claim(cluster, 'c')).toBeUndefined();
  });

  it('with an ephemeral volume gets a claim of its own, which goes with it', () => {
    const { cluster } = start();
    const metadata = { labels: { app: 'x' } };
    const ephemeral = { volumeClaimTemplate: { metadata: metadata as never, spec: claimSpec('2Gi') } };
    cluster.create(podWith('p', [], { volumes: [{ name: 'scratch', ephemeral }] }));
    cluster.settle();
    expect(claim(cluster, 'p-scratch')).toMatchObject({
      metadata: { labels: { app: 'x' }, ownerReferences: [{ kind: 'Pod', name: 'p', controller: true }] },
      spec: { resources: { requests: { storage: '2Gi' } } },
      status: { phase: 'Bound' },
    });
    expect(podNamed(cluster, 'p')?.spec?.nodeName).toBeDefined();
    finish(cluster, 'p');
    expect(claim(cluster, 'p-scratch')).toBeUndefined();
  });

  it('does not take a claim of that name that is not its own', () => {
    const { cluster } = start();
    cluster.create(claimOf('p-scratch'));
    const ephemeral = { volumeClaimTemplate: { spec: claimSpec() } };
    cluster.create(podWith('p', [], { volumes: [{ name: 'scratch', ephemeral }] }));
    cluster.settle();
    const reason = 'PVC default/p-scratch was not created for pod default/p (pod is not owner)';
    expect(cluster.events('p')).toContain(`FailedMount: ${reason}`);
    expect(message(cluster, 'p')).toBe(`0/2 nodes are available: ${reason}. ${noPreemption(2)}`);
  });
});
