import type { Pod } from '@berth/kinds';
import { type PodIdentity, type PodRuntime, stopGroups } from '@berth/runtime';
import type { PodFeedListener } from '../fleet/pod-feed.ts';
import type { PodInput } from './follow-inputs.ts';
import { unreadyContainers } from './pod-conditions.ts';
import { PodWorker, type PodWorkerOptions } from './pod-worker.ts';
import { UnreadyAddresses } from './unready-addresses.ts';

export type NodePodsOptions = Omit<PodWorkerOptions, 'identity' | 'onDone'>;

/** What a node that goes lets its pods' last reports take, beyond the pods' grace. */
const reportSeconds = 4;

/** The pods of one node: a worker for each that the API or the runtime knows. */
export class NodePods implements PodFeedListener {
  readonly #options: NodePodsOptions;
  readonly #workers = new Map<string, PodWorker>();
  readonly #unready = new UnreadyAddresses();

  constructor(options: NodePodsOptions) {
    this.#options = options;
    const { runtime } = options;
    runtime.onChange((uid) => {
      // At once: before a container that ended runs again, and is connected to.
      this.#unready.note(uid, this.#unreadyAddress(uid));
      this.#workers.get(uid)?.observed();
    });
    runtime.onEvent((event) => this.#workers.get(event.podUid)?.event(event));
  }

  get runtime(): PodRuntime {
    return this.#options.runtime;
  }

  /** Takes on what the runtime finds from before. Before the feed, so that the feed can say what of it is gone. */
  async recover(): Promise<void> {
    for (const identity of await this.runtime.recover()) this.#worker(identity);
  }

  set(clusterId: string, pod: Pod): void {
    const { name, namespace = '', uid = '' } = pod.metadata;
    this.#worker({ clusterId, namespace, name, uid }).set(pod);
  }

  gone(podUid: string): void {
    this.#workers.get(podUid)?.gone();
  }

  synced(podUids: ReadonlySet<string>): void {
    for (const [uid, worker] of this.#workers) {
      if (!podUids.has(uid)) worker.gone();
    }
  }

  all(): PodWorker[] {
    return [...this.#workers.values()];
  }

  /** Whether it is the address of a pod that is not ready, and nobody else's. */
  isUnready(address: string): boolean {
    return this.#unready.has(address);
  }

  /** Whether any pod takes something in. */
  takeInputs(): boolean {
    return [...this.#workers.values()].some((worker) => worker.takesInputs);
  }

  /** An object that pods may take in has changed, come or gone. */
  inputChanged(input: PodInput): void {
    for (const worker of this.#workers.values()) worker.inputChanged(input);
  }

  /** The pod of this name; the newest one where an older one is still ending. */
  find(clusterId: string, namespace: string, name: string): PodWorker | undefined {
    let found: PodWorker | undefined;
    for (const worker of this.#workers.values()) {
      const { identity } = worker;
      if (identity.clusterId === clusterId && identity.namespace === namespace && identity.name === name) {
        found = worker;
      }
    }
    return found;
  }

  /** The node goes for good: ends all pods, critical ones last, and marks them as failed. Takes little longer than `maxGraceSeconds`. */
  async shutDown(maxGraceSeconds: number): Promise<void> {
    const { clock } = this.#options;
    for (const group of stopGroups([...this.#workers.values()], ({ pod }) => pod, maxGraceSeconds)) {
      const { members, graceSeconds } = group;
      let cancel: () => void = () => {};
      const late = new Promise<void>((resolve) => {
        const at = new Date(clock.now().getTime() + (graceSeconds + reportSeconds) * 1000);
        cancel = clock.at(at, resolve);
      });
      await Promise.race([late, Promise.all(members.map((worker) => worker.shutDown(graceSeconds)))]);
      cancel();
    }
  }

  close(): void {
    for (const worker of this.#workers.values()) worker.close();
  }

  #unreadyAddress(podUid: string): string | undefined {
    const { runtime, hostIp } = this.#options;
    const pod = this.#workers.get(podUid)?.pod;
    const { podIp, containers = [] } = runtime.observe(podUid) ?? {};
    if (pod === undefined || podIp === hostIp) return undefined;
    const statuses = containers.map(({ status }) => status);
    return unreadyContainers(pod, statuses).length > 0 ? podIp : undefined;
  }

  #worker(identity: PodIdentity): PodWorker {
    let worker = this.#workers.get(identity.uid);
    if (worker === undefined) {
      const onDone = () => {
        this.#workers.delete(identity.uid);
        this.#unready.note(identity.uid, undefined);
      };
      worker = new PodWorker({ ...this.#options, identity, onDone });
      this.#workers.set(identity.uid, worker);
    }
    return worker;
  }
}
