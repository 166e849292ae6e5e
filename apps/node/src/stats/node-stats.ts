import { type Clock, type PodUsage, type ProcessUsage, totalUsage } from '@berth/runtime';
import type { NodeUsage } from '../fleet/node-usage.ts';
import type { NodePods } from '../pods/node-pods.ts';
import type { PodWorker } from '../pods/pod-worker.ts';
import { CpuRates } from './cpu-rates.ts';
import type { MeasuredNode, MeasuredPod } from './stats-summary.ts';

export interface NodeStatsOptions {
  readonly nodeName: string;
  readonly pods: NodePods;
  /** The machine; undefined where the node is nothing but its pods. */
  readonly nodeUsage: (() => NodeUsage) | undefined;
  readonly clock: Clock;
}

/** The cluster that sees all pods of a node, and the machine itself. */
const fleetCluster = 'system';
const noStorage = { capacityBytes: 0, availableBytes: 0, usedBytes: 0 };

/** Measures one node and its pods, when somebody asks. */
export class NodeStats {
  readonly nodeName: string;
  readonly #options: NodeStatsOptions;
  readonly #rates = new CpuRates();

  constructor(options: NodeStatsOptions) {
    this.nodeName = options.nodeName;
    this.#options = options;
  }

  /** What a cluster may know: its own pods, and of the node what these use; the fleet's cluster knows all. */
  async measure(
    clusterId: string,
  ): Promise<{ readonly node: MeasuredNode; readonly pods: readonly MeasuredPod[] }> {
    const { pods, clock } = this.#options;
    const isFleet = clusterId === fleetCluster;
    this.#rates.sweep(clock.now());
    const workers = isFleet
      ? pods.all()
      : pods.all().filter(({ identity }) => identity.clusterId === clusterId);
    const measured: MeasuredPod[] = [];
    // One after the other: a walk through many volumes is not to keep everything else waiting.
    for (const worker of workers) {
      const usage = await pods.runtime.usage(worker.identity.uid);
      if (usage !== undefined && usage.containers.length > 0) measured.push(this.#pod(worker, usage));
    }
    return { node: this.#node(measured, isFleet), pods: measured };
  }

  #pod({ identity, pod }: PodWorker, usage: PodUsage): MeasuredPod {
    const { uid, name, namespace } = identity;
    const begun = usage.containers.map(({ startedAt }) => startedAt.getTime());
    const parts: Array<[string, Date, ProcessUsage]> = [
      ['', new Date(Math.min(...begun)), usage.total],
      ...usage.containers.map((each): [string, Date, ProcessUsage] => [each.name, each.startedAt, each]),
    ];
    const nanoCores = new Map(
      parts.map(([part, startedAt, { cpuNanoSeconds }]) => [
        part,
        this.#rates.rate(`${uid}/${part}/${startedAt.getTime()}`, {
          at: usage.at,
          startedAt,
          cpuNanoSeconds,
        }),
      ]),
    );
    return { uid, name, namespace, startTime: pod?.status?.startTime, usage, nanoCores };
  }

  #node(pods: readonly MeasuredPod[], isFleet: boolean): MeasuredNode {
    const { nodeName: name, nodeUsage, clock } = this.#options;
    const machine = nodeUsage?.();
    if (isFleet && machine !== undefined) {
      const { at, startedAt, total } = machine;
      const nanoCores = this.#rates.rate('', { at, startedAt, cpuNanoSeconds: total.cpuNanoSeconds });
      return { name, usage: machine, nanoCores };
    }
    const at = clock.now();
    const usage: NodeUsage = {
      at,
      startedAt: machine?.startedAt ?? at,
      total: totalUsage(pods.map((pod) => pod.usage.total)),
      mostProcesses: machine?.mostProcesses ?? 0,
      storage: machine?.storage ?? noStorage,
    };
    const nanoCores = pods.reduce((sum, pod) => sum + (pod.nanoCores.get('') ?? 0), 0);
    return { name, usage, nanoCores };
  }
}
