import type { ContainerStatus, Pod } from '@berth/kinds';

/** What one container does, as the runtime sees it. Times are RFC 3339. */
export interface ContainerObservation {
  readonly name: string;
  readonly kind: 'init' | 'container';
  readonly status: ContainerStatus;
}

/** What a runtime reports of a pod; the node agent turns it into `PodStatus`. */
export interface PodObservation {
  readonly podUid: string;
  readonly containers: readonly ContainerObservation[];
  readonly podIp: string | undefined;
  /** True once nothing of the pod runs any more and its grace is over. */
  readonly stopped: boolean;
}

/** The objects a pod's environment and volumes refer to, fetched by the agent. Values of secrets and binaryData are decoded. */
export interface PodInputs {
  readonly configMaps: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** Resolved values of downward API fields. */
  readonly nodeIp: string;
}

export interface LogQuery {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly sinceTime?: Date;
  readonly limitBytes?: number;
}

/**
 * Runs pods on one node. `run` and `stop` are idempotent and level-triggered: the agent calls them again after any
 * restart, and the runtime finds what it ran before.
 */
export interface PodRuntime {
  readonly name: string;
  /** Pods found from before a restart of the agent. */
  recover(): Promise<readonly PodObservation[]>;
  run(clusterId: string, pod: Pod, inputs: PodInputs): Promise<void>;
  /** Ends a pod: termination signal, grace, kill. */
  stop(podUid: string, graceSeconds: number): Promise<void>;
  /** Removes what is left of a stopped pod (directories, logs). */
  remove(podUid: string): Promise<void>;
  observe(podUid: string): PodObservation | undefined;
  /** Called whenever an observation changed. */
  onChange(listener: (podUid: string) => void): void;
  logs(podUid: string, query: LogQuery, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
