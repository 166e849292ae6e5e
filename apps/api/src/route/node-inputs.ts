import type { PodReferences } from '@berth/kinds';
import type { AssignedObject, Store } from '@berth/store';
import { LRUCache } from 'lru-cache';
import type { PodReferencesOf } from './pod-references-of.ts';

/** An object that pods take in. */
interface PodInput {
  readonly clusterId: string;
  readonly namespace: string;
  readonly resource: 'secrets' | 'configmaps' | 'persistentvolumeclaims';
  readonly name: string;
}

/** Whether a pod that is bound to a node refers to an object. */
export type NodeTakesIn = (node: string, input: PodInput) => Promise<boolean>;

/** How long a node is believed to have the pods that it had. That none of them refers to an object is looked up each time. */
const rememberedForMs = 1_000;
const rememberedNodes = 1_000;
const podResource = 'pods';

/** The pods of the place alone are read. */
export function createNodeTakesIn(
  store: Pick<Store, 'assignedTo'>,
  referencesOf: PodReferencesOf,
): NodeTakesIn {
  const assigned = new LRUCache<string, readonly AssignedObject[]>({
    max: rememberedNodes,
    ttl: rememberedForMs,
    fetchMethod: (node) => store.assignedTo(node),
  });
  const isAmong = async (all: readonly AssignedObject[], input: PodInput): Promise<boolean> => {
    const pods = all.filter(
      ({ clusterId, namespace, resource }) =>
        clusterId === input.clusterId && namespace === input.namespace && resource === podResource,
    );
    return (await referencesOf(pods)).some((found) => refersTo(found, input));
  };
  return async (node, input) => {
    if (await isAmong((await assigned.fetch(node)) ?? [], input)) return true;
    return isAmong((await assigned.fetch(node, { forceRefresh: true })) ?? [], input);
  };
}

function refersTo(found: PodReferences | undefined, { resource, name }: PodInput): boolean {
  if (found === undefined) return false;
  switch (resource) {
    case 'configmaps':
      return found.configMaps.has(name);
    case 'secrets':
      return found.secrets.has(name) || found.pullSecrets.has(name);
    case 'persistentvolumeclaims':
      return found.claims.has(name);
    default:
      return resource satisfies never;
  }
}
