import { expect } from 'vitest';
import { isActive, isRunning, until, untilGone, untilList } from './awaiting.ts';
import { watchFromNow } from './events-seen.ts';
import type { Kube, KubeJson } from './kube.ts';
import { appsWorkload, pod, type PodOptions, suffix } from './objects.ts';
import { promise, serialPromise, type Trial } from './promise.ts';
import { of, selected } from './workloads.ts';

const hasCondition = (object: KubeJson, type: string, reason: string): boolean =>
  object.status.conditions?.some((one: KubeJson) => one.type === type && one.reason === reason) === true;

const isUnschedulable = (object: KubeJson): boolean => hasCondition(object, 'PodScheduled', 'Unschedulable');

/** A ready node that takes any pod, labelled for this test alone while it runs. */
async function onNodeOfItsOwn(
  { kube }: Trial,
  run: (node: KubeJson, selector: Record<string, string>) => Promise<void>,
): Promise<void> {
  const nodes = await kube.list({ resource: 'nodes' });
  const node = nodes.find(
    ({ spec, status }) =>
      !spec.unschedulable &&
      (spec.taints ?? []).length === 0 &&
      status.conditions.some(({ type, status: value }: KubeJson) => type === 'Ready' && value === 'True'),
  );
  if (node === undefined) throw new Error('the cluster has no node that takes any pod');
  const key = `kubernetes.io/e2e-${suffix()}`;
  const target = { resource: 'nodes', name: node.metadata.name };
  await kube.patch(target, { metadata: { labels: { [key]: '42' } } });
  try {
    await run(node, { [key]: '42' });
  } finally {
    await kube.patch(target, { metadata: { labels: { [key]: null } } });
  }
}

/** The node has so much of a resource that only these tests know. */
async function withResource(
  kube: Kube,
  node: string,
  amounts: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const target = { resource: 'nodes', name: node, subresource: 'status' };
  await kube.patch(target, { status: { capacity: amounts, allocatable: amounts } }, 'strategic-merge');
  const none = Object.fromEntries(Object.keys(amounts).map((name) => [name, null]));
  return async () => {
    await kube.patch(target, { status: { capacity: none, allocatable: none } });
  };
}

async function withPriorities(
  kube: Kube,
  values: Readonly<Record<string, number>>,
): Promise<{ nameOf: (level: string) => string; remove: () => Promise<void> }> {
  const end = suffix();
  const nameOf = (level: string): string => `${level}-${end}`;
  for (const [level, value] of Object.entries(values))
    await kube.create(
      { resource: 'priorityclasses' },
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: nameOf(level) }, value },
    );
  const remove = async (): Promise<void> => {
    for (const level of Object.keys(values))
      await kube.delete({ resource: 'priorityclasses', name: nameOf(level) });
  };
  return { nameOf, remove };
}

const amount = (resource: string, quantity: string): object => ({
  requests: { [resource]: quantity },
  limits: { [resource]: quantity },
});

serialPromise(
  '[sig-scheduling] SchedulerPredicates [Serial] validates that NodeSelector is respected if not matching [Conformance]',
  async (trial) => {
    await trial.kube.create(
      of(trial, 'pods'),
      pod('restricted-pod', { spec: { nodeSelector: { label: 'nonempty' } } }),
    );
    const { spec } = await until(trial.kube, of(trial, 'pods', 'restricted-pod'), isUnschedulable);
    expect(spec.nodeName).toBeUndefined();
  },
);

serialPromise(
  '[sig-scheduling] SchedulerPredicates [Serial] validates that NodeSelector is respected if matching [Conformance]',
  (trial) =>
    onNodeOfItsOwn(trial, async (node, nodeSelector) => {
      await trial.kube.create(of(trial, 'pods'), pod('with-labels', { spec: { nodeSelector } }));
      const { spec } = await until(trial.kube, of(trial, 'pods', 'with-labels'), isRunning);
      expect(spec.nodeName).toBe(node.metadata.name);
    }),
);

serialPromise(
  '[sig-scheduling] SchedulerPredicates [Serial] validates resource limits of pods that are allowed to run [Conformance]',
  (trial) =>
    onNodeOfItsOwn(trial, async (node, nodeSelector) => {
      const { kube } = trial;
      const target = { resource: 'nodes', name: node.metadata.name };
      const free = async (): Promise<number> => {
        const { status } = await kube.get(target);
        const here = { fieldSelector: `spec.nodeName=${node.metadata.name}` };
        const pods = await kube.list({ resource: 'pods', query: here });
        const used = pods
          .filter(isActive)
          .flatMap(({ spec }) => spec.containers)
          .reduce((sum: number, { resources }: KubeJson) => sum + millis(resources?.requests?.cpu), 0);
        return millis(status.allocatable.cpu) - used;
      };
      const ask = (name: string, cpuMillis: number): Promise<KubeJson> =>
        kube.create(
          of(trial, 'pods'),
          pod(name, {
            resources: { requests: { cpu: `${cpuMillis}m` }, limits: { cpu: `${cpuMillis}m` } },
            spec: { nodeSelector },
          }),
        );
      await ask('filler-pod', Math.floor((await free()) * 0.7));
      await until(kube, of(trial, 'pods', 'filler-pod'), isRunning);
      await ask('additional-pod', Math.ceil((await free()) * 1.2) + 100);
      const { status } = await until(kube, of(trial, 'pods', 'additional-pod'), isUnschedulable);
      expect(JSON.stringify(status.conditions)).toContain('Insufficient cpu');
      const query = { fieldSelector: 'reason=FailedScheduling,involvedObject.name=additional-pod' };
      await untilList(kube, { ...of(trial, 'events'), query }, (events) => events.length > 0);
    }),
);

/** `1500m`, `2` */
function millis(cpu: string | undefined): number {
  if (cpu === undefined) return 0;
  return cpu.endsWith('m') ? Number(cpu.slice(0, -1)) : Number(cpu) * 1_000;
}

serialPromise(
  '[sig-scheduling] SchedulerPredicates [Serial] validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP [Conformance]',
  (trial) =>
    onNodeOfItsOwn(trial, async (node, nodeSelector) => {
      const { kube } = trial;
      const hostPort = 54_322;
      const withPort = (name: string, hostIP: string): Promise<KubeJson> =>
        kube.create(
          of(trial, 'pods'),
          pod(name, {
            ports: [{ hostPort, containerPort: 8_080, protocol: 'TCP', hostIP }],
            spec: { nodeSelector },
          }),
        );
      await withPort('pod4', '0.0.0.0');
      await until(kube, of(trial, 'pods', 'pod4'), isRunning);
      const [address] = node.status.addresses.filter(({ type }: KubeJson) => type === 'InternalIP');
      await withPort('pod5', address.address);
      const { status } = await until(kube, of(trial, 'pods', 'pod5'), isUnschedulable);
      expect(JSON.stringify(status.conditions)).toContain("didn't have free ports");
    }),
);

const scarce = 'scheduling.k8s.io/foo';

/** Fills the node with two pods, of low and of middle priority, and asks for room with a pod that is more important. */
async function preempts(
  trial: Trial,
  preemptor: (nodeSelector: object, high: string) => Promise<() => Promise<void>>,
): Promise<void> {
  const { kube } = trial;
  await onNodeOfItsOwn(trial, async (node, nodeSelector) => {
    const restore = await withResource(kube, node.metadata.name, { [scarce]: '5' });
    const { nameOf, remove } = await withPriorities(kube, { low: 1, medium: 100, high: 1_000 });
    const filler = (name: string, level: string): Promise<KubeJson> =>
      kube.create(
        of(trial, 'pods'),
        pod(name, {
          resources: amount(scarce, '2'),
          spec: { nodeSelector, priorityClassName: nameOf(level) },
        }),
      );
    try {
      const victim = await filler('low-priority', 'low');
      await filler('medium-priority', 'medium');
      await untilList(kube, of(trial, 'pods'), (pods) => pods.length === 2 && pods.every(isRunning));
      const end = await preemptor(nodeSelector, nameOf('high'));
      const isGone = (pods: readonly KubeJson[]): boolean =>
        pods.every(
          ({ metadata }) => metadata.uid !== victim.metadata.uid || metadata.deletionTimestamp !== undefined,
        );
      await untilList(kube, of(trial, 'pods'), isGone);
      expect(isActive(await kube.get(of(trial, 'pods', 'medium-priority')))).toBe(true);
      await end();
    } finally {
      await remove();
      await restore();
    }
  });
}

serialPromise(
  '[sig-scheduling] SchedulerPreemption [Serial] validates basic preemption works [Conformance]',
  (trial) =>
    preempts(trial, async (nodeSelector, high) => {
      await trial.kube.create(
        of(trial, 'pods'),
        pod('preemptor-pod', {
          resources: amount(scarce, '2'),
          spec: { nodeSelector, priorityClassName: high },
        }),
      );
      await until(trial.kube, of(trial, 'pods', 'preemptor-pod'), isRunning);
      return async () => undefined;
    }),
);

serialPromise(
  '[sig-scheduling] SchedulerPreemption [Serial] validates lower priority pod preemption by critical pod [Conformance]',
  (trial) =>
    preempts(trial, async (nodeSelector) => {
      const { kube } = trial;
      const system = { resource: 'pods', namespace: 'kube-system' };
      const name = `critical-pod-${suffix()}`;
      await kube.create(
        system,
        pod(name, {
          resources: amount(scarce, '2'),
          spec: { nodeSelector, priorityClassName: 'system-cluster-critical' },
        }),
      );
      const remove = async (): Promise<void> => {
        await kube.delete({ ...system, name }, { gracePeriodSeconds: 0 });
      };
      try {
        await until(kube, { ...system, name }, isRunning);
        return remove;
      } catch (error) {
        await remove();
        throw error;
      }
    }),
);

serialPromise(
  '[sig-scheduling] SchedulerPreemption [Serial] validates pod disruption condition is added to the preempted pod [Conformance]',
  (trial) =>
    onNodeOfItsOwn(trial, async (node, nodeSelector) => {
      const { kube } = trial;
      const restore = await withResource(kube, node.metadata.name, { [scarce]: '1' });
      const { nameOf, remove } = await withPriorities(kube, { low: 1, high: 1_000 });
      const asking = (name: string, level: string, options: PodOptions = {}): Promise<KubeJson> =>
        kube.create(
          of(trial, 'pods'),
          pod(name, {
            ...options,
            resources: amount(scarce, '1'),
            spec: { nodeSelector, priorityClassName: nameOf(level) },
          }),
        );
      try {
        await asking('victim-pod', 'low', { metadata: { finalizers: ['example.com/test-finalizer'] } });
        await until(kube, of(trial, 'pods', 'victim-pod'), isRunning);
        await asking('preemptor-pod', 'high');
        const victim = await until(
          kube,
          of(trial, 'pods', 'victim-pod'),
          ({ metadata }) => metadata.deletionTimestamp !== undefined,
        );
        expect(hasCondition(victim, 'DisruptionTarget', 'PreemptionByScheduler')).toBe(true);
        await kube.patch(of(trial, 'pods', 'victim-pod'), { metadata: { finalizers: [] } });
        await until(kube, of(trial, 'pods', 'preemptor-pod'), isRunning);
      } finally {
        await remove();
        await restore();
      }
    }),
);

serialPromise(
  '[sig-scheduling] SchedulerPreemption [Serial] PreemptionExecutionPath runs ReplicaSets to verify preemption running path [Conformance]',
  (trial) =>
    onNodeOfItsOwn(trial, async (node, nodeSelector) => {
      const { kube } = trial;
      const fakeCpu = 'example.com/fakecpu';
      const restore = await withResource(kube, node.metadata.name, { [fakeCpu]: '1000' });
      const { nameOf, remove } = await withPriorities(kube, { p1: 1, p2: 2, p3: 3, p4: 4 });
      const events = await watchFromNow(kube, of(trial, 'pods'));
      const run = (name: string, level: string, quantity: string): Promise<KubeJson> =>
        kube.create(
          of(trial, 'replicasets'),
          appsWorkload('ReplicaSet', name, {
            replicas: 1,
            labels: { name },
            resources: amount(fakeCpu, quantity),
            spec: { nodeSelector, priorityClassName: nameOf(level) },
          }),
        );
      const untilSetRuns = (name: string): Promise<unknown> =>
        untilList(kube, selected(trial, { name }), (pods) => pods.filter(isActive).some(isRunning));
      try {
        await run('rs-pod1', 'p1', '200');
        await run('rs-pod2', 'p2', '300');
        await run('rs-pod3', 'p3', '450');
        for (const name of ['rs-pod1', 'rs-pod2', 'rs-pod3']) await untilSetRuns(name);
        await run('rs-pod4', 'p4', '500');
        await untilSetRuns('rs-pod4');
        // 450 and 500 are placed: what had been there with lower priority waits, once each.
        for (const name of ['rs-pod1', 'rs-pod2'])
          await untilList(
            kube,
            selected(trial, { name }),
            (pods) => pods.length === 1 && pods.every((one) => isActive(one) && isUnschedulable(one)),
          );
        const made = (name: string): number =>
          events.all.filter(({ type, object }) => type === 'ADDED' && object.metadata.labels.name === name)
            .length;
        expect(['rs-pod1', 'rs-pod2', 'rs-pod3', 'rs-pod4'].map(made)).toEqual([2, 2, 1, 1]);
      } finally {
        events.end();
        for (const name of ['rs-pod1', 'rs-pod2', 'rs-pod3', 'rs-pod4'])
          await kube.delete(of(trial, 'replicasets', name)).catch(() => undefined);
        await remove();
        await restore();
      }
    }),
);

async function withRuntimeClass(
  trial: Trial,
  overhead: object | undefined,
  run: (name: string) => Promise<void>,
): Promise<void> {
  const name = `test-runtimeclass-${suffix()}`;
  await trial.kube.create(
    { resource: 'runtimeclasses' },
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name },
      handler: 'runc',
      ...(overhead && { overhead: { podFixed: overhead } }),
    },
  );
  try {
    await run(name);
  } finally {
    await trial.kube.delete({ resource: 'runtimeclasses', name });
  }
}

const isPlaced = (object: KubeJson): boolean =>
  object.status.conditions?.some(
    ({ type, status }: KubeJson) => type === 'PodScheduled' && status === 'True',
  ) === true;

promise(
  '[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead [NodeConformance] [Conformance]',
  (trial) =>
    withRuntimeClass(trial, undefined, async (runtimeClassName) => {
      await trial.kube.create(of(trial, 'pods'), pod('plain', { spec: { runtimeClassName } }));
      const { spec } = await until(trial.kube, of(trial, 'pods', 'plain'), isPlaced);
      expect(spec.overhead ?? {}).toEqual({});
    }),
);

promise(
  '[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead [NodeConformance] [Conformance]',
  (trial) =>
    withRuntimeClass(trial, { cpu: '10m', memory: '1Mi' }, async (runtimeClassName) => {
      await trial.kube.create(of(trial, 'pods'), pod('heavier', { spec: { runtimeClassName } }));
      const { spec } = await until(trial.kube, of(trial, 'pods', 'heavier'), isPlaced);
      expect(spec.overhead).toEqual({ cpu: '10m', memory: '1Mi' });
    }),
);

const taintKey = 'kubernetes.io/e2e-evict-taint-key';

/** Pods on one node, each of which bears its taint for some seconds. */
async function onTaintedNode(
  trial: Trial,
  toleratedSeconds: Readonly<Record<string, number>>,
  run: (untaint: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await onNodeOfItsOwn(trial, async (node, nodeSelector) => {
    const { kube } = trial;
    const target = { resource: 'nodes', name: node.metadata.name };
    const toleration = { key: taintKey, value: 'evictTaintVal', effect: 'NoExecute' };
    for (const [name, tolerationSeconds] of Object.entries(toleratedSeconds))
      await kube.create(
        of(trial, 'pods'),
        pod(name, { spec: { nodeSelector, tolerations: [{ ...toleration, tolerationSeconds }] } }),
      );
    await untilList(kube, of(trial, 'pods'), (pods) => pods.length > 0 && pods.every(isRunning));
    const untaint = async (): Promise<void> => {
      const { spec } = await kube.get(target);
      const taints = (spec.taints ?? []).filter(({ key }: KubeJson) => key !== taintKey);
      await kube.patch(target, { spec: { taints } });
    };
    await kube.patch(target, { spec: { taints: [...(node.spec.taints ?? []), toleration] } });
    try {
      await run(untaint);
    } finally {
      await untaint();
    }
  });
}

serialPromise(
  '[sig-node] NoExecuteTaintManager Multiple Pods [Serial] evicts pods with minTolerationSeconds [Disruptive] [Conformance]',
  (trial) =>
    onTaintedNode(trial, { 'taint-eviction-b1': 3, 'taint-eviction-b2': 12 }, async () => {
      const { kube } = trial;
      await untilGone(kube, of(trial, 'pods', 'taint-eviction-b1'));
      expect(isActive(await kube.get(of(trial, 'pods', 'taint-eviction-b2')))).toBe(true);
      await untilGone(kube, of(trial, 'pods', 'taint-eviction-b2'));
    }),
);

serialPromise(
  '[sig-node] NoExecuteTaintManager Single Pod [Serial] removing taint cancels eviction [Disruptive] [Conformance]',
  (trial) =>
    onTaintedNode(trial, { 'taint-eviction-4': 8, 'taint-eviction-control': 2 }, async (untaint) => {
      const { kube } = trial;
      const events = await watchFromNow(kube, of(trial, 'pods'));
      try {
        // The other pod shows that the taint is at work.
        await untilGone(kube, of(trial, 'pods', 'taint-eviction-control'));
        await untaint();
        const untilMs = Date.now() + 13_000;
        await until(kube, of(trial, 'pods', 'taint-eviction-4'), (object) => {
          if (!isActive(object)) throw new Error('the pod was evicted although the taint is gone');
          return Date.now() > untilMs;
        });
        const touched = events.all.filter(
          ({ object }) => object.metadata.name === 'taint-eviction-4' && object.metadata.deletionTimestamp,
        );
        expect(touched).toEqual([]);
      } finally {
        events.end();
      }
    }),
);
