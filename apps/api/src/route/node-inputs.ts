import { type Pod, type PodReferences, podReferences } from '@berth/kinds';
import type { AssignedObject, Store } from '@berth/store';
import { LRUCache } from 'lru-cache';

/** An object that pods take in. */
interface PodInput {
  readonly clusterId: string;
  readonly namespace: string;
  readonly resource: 'secrets' | 'configmaps';
  readonly name: string;
}

/** Whether a pod that is bound to a node refers to an object. */
export type NodeTakesIn = (node: string, input: PodInput) => Promise<boolean>;

/** How long a node is believed to have the pods that it had. That none of them refers to an object is looked up each time. */
const rememberedForMs = 1_000;
const rememberedNodes = 1_000;
const rememberedPods = 10_000;
const podResource = 'pods';

/** The pods of the place alone are read, and each of them once as long as it does not change. */
export function createNodeTakesIn(store: Pick<Store, 'assignedTo' | 'readBodies'>): NodeTakesIn {
  const assigned = new LRUCache<string, readonly AssignedObject[]>({
    max: rememberedNodes,
    ttl: rememberedForMs,
    fetchMethod: (node) => store.assignedTo(node),
  });
  const references = new LRUCache<string, PodReferences>({ max: rememberedPods });

  const readMissing = async (pods: readonly AssignedObject[]): Promise<void> => {
    const missing = pods.filter((pod) => !references.has(stateOf(pod)));
    if (missing.length === 0) return;
    for (const read of await store.readBodies(missing)) {
      // The objects of the resource are pods.
      const pod = JSON.parse(read.body) as Pod;
      references.set(stateOf(read), podReferences(pod));
    }
  };
  const isAmong = async (all: readonly AssignedObject[], input: PodInput): Promise<boolean> => {
    const pods = all.filter(
      ({ clusterId, namespace, resource }) =>
        clusterId === input.clusterId && namespace === input.namespace && resource === podResource,
    );
    await readMissing(pods);
    return pods.some((pod) => refersTo(references.get(stateOf(pod)), input));
  };
  return async (node, input) => {
    if (await isAmong((await assigned.fetch(node)) ?? [], input)) return true;
    return isAmong((await assigned.fetch(node, { forceRefresh: true })) ?? [], input);
  };
}

function refersTo(found: PodReferences | undefined, { resource, name }: PodInput): boolean {
  if (found === undefined) return false;
  if (resource === 'configmaps') return found.configMaps.has(name);
  return found.secrets.has(name) || found.pullSecrets.has(name);
}

function stateOf({
  clusterId,
  uid,
  revision,
}: Pick<AssignedObject, 'clusterId' | 'uid' | 'revision'>): string {
  return `${clusterId}/${uid}/${revision}`;
}
