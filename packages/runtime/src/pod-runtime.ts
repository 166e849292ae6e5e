import type { PodUsage } from './usage/usage.ts';
import type { ContainerStatus, PersistentVolume, Pod } from '@berth/kinds';
import type { LocalVolumes } from './volumes/local-volumes.ts';

/** Which pod of which cluster; `uid` alone identifies it. */
export interface PodIdentity {
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What one container does, as the runtime sees it. Times are RFC 3339. */
export interface ContainerObservation {
  readonly name: string;
  readonly kind: 'init' | 'container';
  readonly status: ContainerStatus;
}

/** What a runtime reports of a pod; the node agent turns it into `PodStatus`. */
export interface PodObservation {
  readonly podUid: string;
  /** In the order of the pod's spec, init containers first. */
  readonly containers: readonly ContainerObservation[];
  readonly podIp: string | undefined;
  /** The pod's directories and network are there: its containers can start. */
  readonly ready: boolean;
  /** By the pod's restart policies, none of its containers will run again. */
  readonly finished: boolean;
  /** Nothing of the pod runs any more, and nothing will: it is finished, or was stopped. */
  readonly stopped: boolean;
  /** A container waits for a ConfigMap, Secret or token that `PodInputs` did not have: fetch them and `run` again. */
  readonly awaitsInputs: boolean;
  /** Why the node does not keep the pod any longer, in the kubelet's words; absent while it does. */
  readonly eviction?: string;
}

/** Entries of a ConfigMap or Secret. Values of secrets and binaryData are decoded. */
export type InputEntries = ReadonlyMap<string, Uint8Array>;

/** What a pod's environment and volumes refer to, fetched by the agent. An object that does not exist has no entry. */
export interface PodInputs {
  readonly configMaps: ReadonlyMap<string, InputEntries>;
  readonly secrets: ReadonlyMap<string, InputEntries>;
  /** ServiceAccount tokens of projected volumes, by {@link tokenInputKey}. */
  readonly tokens: ReadonlyMap<string, string>;
  /** What the claims of its volumes are bound to, by the claims' names. */
  readonly claims: ReadonlyMap<string, PersistentVolume>;
  /** By which the containers find Services: `<NAME>_SERVICE_HOST` and its like. Default: none. */
  readonly serviceVariables?: Readonly<Record<string, string>>;
}

/** The key of {@link PodInputs.tokens}. An empty audience is the API server's own. */
export function tokenInputKey(audience: string | undefined, expirationSeconds: number | undefined): string {
  return `${expirationSeconds ?? 3600}/${audience ?? ''}`;
}

/** Something worth an Event, in the kubelet's words. */
export interface RuntimeEvent {
  readonly podUid: string;
  /** The container that it is about; absent for the pod as a whole. */
  readonly container?: { readonly name: string; readonly kind: 'init' | 'container' };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface LogQuery {
  readonly container: string;
  /** Goes on with what the container writes until it ends. */
  readonly follow: boolean;
  /** The attempt before the current one. */
  readonly previous: boolean;
  /** Puts each line's RFC 3339 time with nanoseconds in front. */
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly sinceTime?: Date;
  readonly limitBytes?: number;
}

/** Whether a runtime holds containers to their limits of cpu and memory. */
export interface LimitsReport {
  readonly enforced: boolean;
  /** One word, for a condition. */
  readonly reason: string;
  readonly message: string;
}

/**
 * Runs pods on one node. `run` and `stop` are idempotent and level-triggered: the agent calls them again after any
 * restart, and the runtime finds what it ran before. Calls for one pod must not overlap; different pods are independent.
 */
export interface PodRuntime {
  /** `process`, `simulated`, … : the label `berth.dev/runtime` of its nodes. */
  readonly name: string;
  /** As `nodeInfo.containerRuntimeVersion` shows it: `<name>://<version>`. */
  readonly version: string;
  /** How many pods a node of this runtime takes. */
  readonly podCapacity: number;
  /** False where `run` looks at no {@link PodInputs}, so that nobody needs to fetch them. */
  readonly usesInputs: boolean;
  /** The directories of the node's local volumes; absent where volumes are no directories. */
  readonly localVolumes?: LocalVolumes;
  /** Absent where nothing runs that could be limited. */
  readonly limits?: LimitsReport;
  /** Pods found from before a restart of the agent. They go on as they are; none restarts before `run` is called for it. */
  recover(): Promise<readonly PodIdentity[]>;
  /**
   * Makes a pod run, or goes on with it. Called again when the pod or its inputs changed.
   * What keeps a container from starting stands in its observation; this throws only for what is wrong with the node.
   */
  run(clusterId: string, pod: Pod, inputs: PodInputs): Promise<void>;
  /** Ends a pod: termination signal, grace, kill. Returns at once; called again, it can only shorten the grace. */
  stop(podUid: string, graceSeconds: number): void;
  /** Removes what is left of a stopped pod (directories, logs). */
  remove(podUid: string): Promise<void>;
  observe(podUid: string): PodObservation | undefined;
  /** Called whenever an observation changed. */
  onChange(listener: (podUid: string) => void): void;
  onEvent(listener: (event: RuntimeEvent) => void): void;
  /** What a pod uses now; undefined for one that is not here. */
  usage(podUid: string): Promise<PodUsage | undefined>;
  /** @throws RuntimeError `no-such-log` where the container (or its previous attempt) has not written one. */
  logs(podUid: string, query: LogQuery, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Ends this agent's hold on its pods. They go on without it, unless `stopPods`: then each is stopped with the grace
   * that its spec asks for, critical ones last, all of them within about `maxGraceSeconds`.
   */
  close(options: { readonly stopPods: boolean; readonly maxGraceSeconds?: number }): Promise<void>;
}
