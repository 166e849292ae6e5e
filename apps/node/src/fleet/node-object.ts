import type { Node, NodeCondition, NodeStatus } from '@berth/kinds';
import { formatQuantity, parseQuantity, semanticEqual, toTime } from '@berth/machinery';
import type { PodRuntime } from '@berth/runtime';

/** The machine, as a node reports it. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly storageBytes: number;
  readonly pressure: { readonly memory: boolean; readonly disk: boolean; readonly pid: boolean };
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly kernelVersion: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly osImage: string;
}

export interface NodeDescription {
  readonly name: string;
  readonly runtime: Pick<PodRuntime, 'name' | 'version' | 'podCapacity' | 'limits'>;
  readonly machine: Machine;
  readonly address: string;
  readonly kubeletPort: number;
  /** The agent is about to end, and nothing new may come. */
  readonly isShuttingDown: boolean;
  readonly now: Date;
}

/** What node agents of this version say they are: the Kubernetes version whose behaviour they follow. */
const kubeletVersion = 'v1.36.0';
/** Berth's own: whether containers are held to their limits of cpu and memory. */
const limitsCondition = 'berth.dev/LimitsEnforced';
/** Kept back for the machine itself, as `--system-reserved` would. */
const reservedMemoryBytes = 256 * 1024 * 1024;

/** The Node as the agent creates it; its status is written apart. */
export function nodeObject({ name, runtime, machine }: NodeDescription): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': machine.operatingSystem,
        'kubernetes.io/arch': machine.architecture,
        'berth.dev/runtime': runtime.name,
      },
    },
    spec: {},
  };
}

/** The Node's status, with the times of conditions that did not change kept from `before`. */
export function nodeStatus(description: NodeDescription, before: NodeStatus | undefined): NodeStatus {
  const { name, runtime, machine, address, kubeletPort } = description;
  const allocatableBytes = Math.max(machine.memoryBytes - reservedMemoryBytes, 0);
  const capacityOf = (memoryBytes: number): Record<string, string> => ({
    cpu: canonical(String(machine.cpus)),
    memory: kibibytes(memoryBytes),
    'ephemeral-storage': kibibytes(machine.storageBytes),
    pods: canonical(String(runtime.podCapacity)),
  });
  return {
    capacity: capacityOf(machine.memoryBytes),
    allocatable: capacityOf(allocatableBytes),
    conditions: conditions(description, before),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.machineId,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: runtime.version,
      kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: machine.operatingSystem,
      architecture: machine.architecture,
    },
  };
}

function kibibytes(bytes: number): string {
  return canonical(`${Math.floor(bytes / 1024)}Ki`);
}

/** As the API writes quantities: any other form would look like news for ever. */
function canonical(quantity: string): string {
  return formatQuantity(parseQuantity(quantity));
}

/** Whether `wanted` says other than `current`, whenever either was said. Resources that others added may stand. */
export function isNews(wanted: NodeStatus, current: NodeStatus = {}): boolean {
  const { conditions: wantedConditions = [], ...wantedRest } = wanted;
  const said = new Map(current.conditions?.map((condition) => [condition.type, condition]));
  const saysOther = wantedConditions.some(({ type, status, reason, message }) => {
    const condition = said.get(type);
    return condition?.status !== status || condition.reason !== reason || condition.message !== message;
  });
  const told: NodeStatus = {
    ...current,
    ...wantedRest,
    capacity: { ...current.capacity, ...wanted.capacity },
    allocatable: { ...current.allocatable, ...wanted.allocatable },
  };
  return saysOther || !semanticEqual(told, current);
}

function conditions(description: NodeDescription, before: NodeStatus | undefined): NodeCondition[] {
  const { machine, runtime, isShuttingDown, now } = description;
  const { memory, disk, pid } = machine.pressure;
  const wanted: Array<Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>> = [
    memory
      ? pressure(
          'MemoryPressure',
          'KubeletHasInsufficientMemory',
          'kubelet has insufficient memory available',
        )
      : relief('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    disk
      ? pressure('DiskPressure', 'KubeletHasDiskPressure', 'kubelet has disk pressure')
      : relief('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    pid
      ? pressure('PIDPressure', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available')
      : relief('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    isShuttingDown
      ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'node is shutting down' }
      : { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ];
  if (runtime.limits !== undefined) {
    const { enforced, reason, message } = runtime.limits;
    wanted.push({ type: limitsCondition, status: enforced ? 'True' : 'False', reason, message });
  }
  return wanted.map((condition) => {
    const current = before?.conditions?.find(({ type }) => type === condition.type);
    const since = current?.status === condition.status ? current.lastTransitionTime : undefined;
    return { ...condition, lastHeartbeatTime: toTime(now), lastTransitionTime: since ?? toTime(now) };
  });
}

function pressure(type: string, reason: string, message: string) {
  return { type, status: 'True', reason, message };
}

function relief(type: string, reason: string, message: string) {
  return { type, status: 'False', reason, message };
}
