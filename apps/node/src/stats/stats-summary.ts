import type { PodUsage, ProcessUsage } from '@berth/runtime';
import { toTime } from '@berth/machinery';
import type { FileSystemStats, NodeUsage } from '../fleet/node-usage.ts';

/** A pod as the stats tell of it. */
export interface MeasuredPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** RFC 3339. */
  readonly startTime: string | undefined;
  readonly usage: PodUsage;
  /** Processor time used in each second, by container; '' for the pod. In billionths of a processor. */
  readonly nanoCores: ReadonlyMap<string, number>;
}

export interface MeasuredNode {
  readonly name: string;
  readonly usage: NodeUsage;
  readonly nanoCores: number;
}

/**
 * The kubelet's `/stats/summary`, `Summary` of stats/v1alpha1.
 * https://kubernetes.io/docs/reference/instrumentation/node-metrics/
 */
export function statsSummary(node: MeasuredNode, pods: readonly MeasuredPod[]) {
  const { usage } = node;
  const time = toTime(usage.at);
  return {
    node: {
      nodeName: node.name,
      startTime: toTime(usage.startedAt),
      ...processStats(usage.total, { time, nanoCores: node.nanoCores }),
      fs: fsStats(usage.storage, time, usage.storage.usedBytes),
      rlimit: { time, maxpid: usage.mostProcesses, curproc: usage.total.processes },
    },
    pods: pods.map((pod) => podStats(pod, usage.storage)),
  };
}

function podStats(
  { name, namespace, uid, startTime, usage, nanoCores }: MeasuredPod,
  storage: FileSystemStats,
) {
  const time = toTime(usage.at);
  const { containers, volumes, total } = usage;
  const written = containers.map(({ logBytes, writtenBytes }) => logBytes + writtenBytes);
  const ephemeral = [...written, ...volumes.map(({ usedBytes }) => usedBytes)].reduce((a, b) => a + b, 0);
  return {
    podRef: { name, namespace, uid },
    ...(startTime === undefined ? {} : { startTime }),
    containers: containers.map((container) => ({
      name: container.name,
      startTime: toTime(container.startedAt),
      ...processStats(container, { time, nanoCores: nanoCores.get(container.name) ?? 0 }),
      rootfs: fsStats(storage, time, container.writtenBytes),
      logs: fsStats(storage, time, container.logBytes),
    })),
    ...processStats(total, { time, nanoCores: nanoCores.get('') ?? 0 }),
    volume: volumes.map((volume) => ({ name: volume.name, ...fsStats(storage, time, volume.usedBytes) })),
    'ephemeral-storage': fsStats(storage, time, ephemeral),
    process_stats: { process_count: total.processes },
  };
}

function processStats(
  usage: ProcessUsage,
  { time, nanoCores }: { readonly time: string; readonly nanoCores: number },
) {
  const { cpuNanoSeconds, memoryBytes, workingSetBytes, rssBytes, pageFaults, majorPageFaults } = usage;
  return {
    cpu: { time, usageNanoCores: nanoCores, usageCoreNanoSeconds: cpuNanoSeconds },
    memory: { time, usageBytes: memoryBytes, workingSetBytes, rssBytes, pageFaults, majorPageFaults },
  };
}

function fsStats({ capacityBytes, availableBytes }: FileSystemStats, time: string, usedBytes: number) {
  return { time, availableBytes, capacityBytes, usedBytes };
}
