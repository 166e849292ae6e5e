import {
  builtinRegistry,
  type DaemonSet,
  type Deployment,
  type Pod,
  type PodDisruptionBudget,
  type PodSpec,
  type ResourceQuota,
  type StatefulSet,
} from '@berth/kinds';
import {
  addedUsage,
  addQuantities,
  formatQuantity,
  type KubeObject,
  labelSelectorRequirements,
  matchesLabels,
  StatusError,
} from '@berth/machinery';
import { judgeEviction } from '../disruption/judge-eviction.ts';
import { isPodActive, isPodReady } from '../pods/pod-state.ts';
import type { Kubelet } from './kubelet.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import { readiness, startOnFleet } from './node-scenario.ts';

const namespace = 'default';
const nodeNames = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** What may happen in the life of a cluster. Numbers choose which of several, or how many. */
export type DayEvent = { readonly minute: number; readonly which: number } & {
  readonly what:
    | 'roll'
    | 'scale'
    | 'roll-db'
    | 'roll-agent'
    | 'fail-pod'
    | 'delete-pod'
    | 'evict'
    | 'lose-node'
    | 'run-job';
};

/** A cluster of five nodes in which a bit of everything runs; time moves by minutes. */
export class DayScenario {
  readonly cluster: MemoryCluster;
  /** Evictions that went through although the budget had no room. */
  readonly overBudget: string[] = [];
  readonly #kubelet: Kubelet;
  /** Nodes that nobody hears of, and the minute at which they come back. */
  readonly #lost = new Map<string, number>();
  #minute = 0;
  #jobs = 0;

  constructor(start: Date) {
    const { cluster, kubelet } = startOnFleet(...nodeNames);
    cluster.now = start;
    this.cluster = cluster;
    this.#kubelet = kubelet;
    for (const object of dayObjects()) cluster.create(object);
    this.#settle();
  }

  /** Brings the cluster to this minute of the day, and lets the event happen. */
  happen(event: DayEvent): void {
    this.advanceTo(event.minute);
    this.#do(event);
    this.#settle();
  }

  /** Minute by minute, with what nodes do on the way. */
  advanceTo(minute: number): void {
    for (; this.#minute < minute; this.#minute++) {
      this.cluster.now = new Date(this.cluster.now.getTime() + 60_000);
      for (const [node, back] of this.#lost) {
        if (back > this.#minute) continue;
        this.#lost.delete(node);
        readiness(this.cluster, node, 'True');
      }
      this.#settle();
      this.#runPods();
      this.#settle();
    }
  }

  /** Every node is back, and nothing has happened for a while. */
  rest(): void {
    this.advanceTo(this.#minute + 90);
  }

  pods(app: string): readonly Pod[] {
    return this.cluster
      .list<Pod>('pods', namespace)
      .filter((pod) => pod.metadata.labels?.['app'] === app && isPodActive(pod));
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in ClusterView
  get<T extends KubeObject>(resource: string, name: string): T {
    const found = this.cluster.get<T>(resource, namespace, name);
    if (!found) throw new Error(`${resource}/${name} is gone`);
    return found;
  }

  #do({ what, which }: DayEvent): void {
    const { cluster } = this;
    switch (what) {
      case 'roll':
        return this.#edit<Deployment>('deployments.apps', 'web', (web) => imageOf(web, `web:${which % 4}`));
      case 'roll-db':
        return this.#edit<StatefulSet>('statefulsets.apps', 'db', (db) => imageOf(db, `db:${which % 3}`));
      case 'roll-agent':
        return this.#edit<DaemonSet>('daemonsets.apps', 'agent', (agent) =>
          imageOf(agent, `agent:${which % 3}`),
        );
      case 'scale':
        return this.#edit<Deployment>('deployments.apps', 'web', (web) => ({
          ...web,
          spec: { ...web.spec, replicas: 2 + (which % 9) } as Deployment['spec'] & object,
        }));
      case 'lose-node': {
        const node = nodeNames[which % nodeNames.length] ?? '';
        // Never most of them: the others must have room.
        if (this.#lost.size > 0) return undefined;
        this.#lost.set(node, this.#minute + 1 + (which % 30));
        return readiness(cluster, node, 'Unknown');
      }
      case 'run-job':
        cluster.create(job(`work-${++this.#jobs}`, { completions: 1 + (which % 5) }));
        return undefined;
      case 'fail-pod':
      case 'delete-pod':
      case 'evict': {
        const pods = cluster
          .list<Pod>('pods', namespace)
          .filter((pod) => isPodActive(pod) && pod.spec?.nodeName);
        const pod = pods[which % Math.max(1, pods.length)];
        return pod && this.#touch(pod, what);
      }
    }
  }

  #touch(pod: Pod, what: 'fail-pod' | 'delete-pod' | 'evict'): void {
    if (what === 'delete-pod') return this.cluster.delete(pod);
    if (what === 'fail-pod') {
      if (pod.status?.phase === 'Running') this.#kubelet.unready(pod);
      return undefined;
    }
    return this.#evict(pod);
  }

  /** As the eviction subresource does it: the place in the budget and the pod go together. */
  #evict(pod: Pod): void {
    const budgets = this.cluster
      .list<PodDisruptionBudget>('poddisruptionbudgets.policy', namespace)
      .filter(({ spec }) => {
        const { selector } = spec ?? {};
        return (
          selector !== undefined && matchesLabels(pod.metadata.labels, labelSelectorRequirements(selector))
        );
      });
    try {
      const verdict = judgeEviction(pod, budgets, this.cluster.now);
      if (verdict.outcome === 'ambiguous') throw new Error('there is one budget');
      if (verdict.budget) this.cluster.updateStatus(verdict.budget);
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'TooManyRequests') return;
      throw error;
    }
    this.cluster.delete(pod);
    const needed = (this.get<Deployment>('deployments.apps', 'web').spec?.replicas ?? 0) - 1;
    const ready = this.pods('web').filter(isPodReady).length;
    if (budgets.length > 0 && isPodReady(pod) && ready < needed)
      this.overBudget.push(`${pod.metadata.name}: ${ready} ready pods where ${needed} are needed`);
  }

  #edit<T extends KubeObject>(resource: string, name: string, change: (object: T) => T): void {
    this.cluster.update(change(this.get<T>(resource, name)));
  }

  /** What the agents of the nodes that are there do within a minute. */
  #runPods(): void {
    const isHere = (pod: Pod): boolean => !this.#lost.has(pod.spec?.nodeName ?? '');
    for (const pod of this.#kubelet.assigned().filter(isHere)) {
      if (pod.metadata.deletionTimestamp) continue;
      const isWork = pod.spec?.restartPolicy === 'Never';
      const isReady = pod.status?.conditions?.some(
        ({ type, status }) => type === 'Ready' && status === 'True',
      );
      if (isWork && pod.status?.phase === 'Running') this.#kubelet.end(pod, failsOf(pod));
      else if (pod.status?.phase === 'Pending' || !isReady) this.#kubelet.run(pod);
    }
    this.#kubelet.finishTerminating(isHere);
  }

  /** Until nothing is left to do; after each turn the commit has counted what quotas count. */
  #settle(): void {
    do this.cluster.settle();
    while (this.#countQuotas());
  }

  #countQuotas(): boolean {
    let hasChanged = false;
    const quotaKind = builtinRegistry.byResource('resourcequotas');
    const podKind = builtinRegistry.byResource('pods');
    for (const quota of this.cluster.list<ResourceQuota>('resourcequotas', namespace)) {
      const rule = quotaKind?.quota?.(quota);
      if (!rule || !podKind?.usage) continue;
      const used: Record<string, string> = Object.fromEntries(
        rule.hard.map(({ resource }) => [resource, '0']),
      );
      for (const pod of this.cluster.list<Pod>('pods', namespace)) {
        for (const [resource, amount] of addedUsage(rule, { resource: 'pods', after: podKind.usage(pod) }))
          used[resource] = formatQuantity(addQuantities(used[resource] ?? '0', amount));
      }
      if (JSON.stringify(used) === JSON.stringify(quota.status?.used)) continue;
      hasChanged = true;
      this.cluster.updateStatus({
        ...quota,
        status: { ...quota.status, hard: quota.spec?.hard ?? {}, used },
      });
    }
    return hasChanged;
  }
}

/** Every third attempt of work fails. */
function failsOf(pod: Pod): number {
  return Number((pod.metadata.uid ?? '').slice(-12)) % 3 === 0 ? 1 : 0;
}

type Templated = Deployment | StatefulSet | DaemonSet;

function imageOf<T extends Templated>(object: T, image: string): T {
  const { template } = object.spec ?? {};
  const [container] = template?.spec?.containers ?? [];
  const spec = { ...template?.spec, containers: [{ ...container, image }] };
  return { ...object, spec: { ...object.spec, template: { ...template, spec } } };
}

function template(app: string, spec: Partial<PodSpec> = {}): object {
  return {
    metadata: { labels: { app } },
    spec: {
      containers: [{ name: 'main', image: `${app}:0`, resources: { requests: { cpu: '100m' } } }],
      ...spec,
    },
  };
}

function job(name: string, spec: object): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      ...spec,
      backoffLimit: 100,
      ttlSecondsAfterFinished: 600,
      template: template('work', { restartPolicy: 'Never' }),
    },
  };
}

/** What the quota of pods leaves: as much as everything takes at its largest, but not in the middle of its rollouts. */
export const mostPods = 19;

function dayObjects(): readonly KubeObject[] {
  const selector = (app: string): object => ({ matchLabels: { app } });
  const objects: object[] = [
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'pods' },
      spec: { hard: { pods: String(mostPods) } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 4,
        selector: selector('web'),
        template: template('web'),
        strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      spec: { maxUnavailable: 1, selector: selector('web') },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: { replicas: 3, serviceName: 'db', selector: selector('db'), template: template('db') },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: { selector: selector('agent'), template: template('agent') },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'hourly' },
      spec: {
        schedule: '15 * * * *',
        timeZone: 'Europe/Berlin',
        jobTemplate: {
          spec: {
            ttlSecondsAfterFinished: 86_400,
            backoffLimit: 100,
            template: template('cron', { restartPolicy: 'Never' }),
          },
        },
        successfulJobsHistoryLimit: 100,
      },
    },
  ];
  return objects.map((object) => {
    const { metadata, ...rest } = object as KubeObject;
    return { ...rest, metadata: { ...metadata, namespace } };
  });
}
