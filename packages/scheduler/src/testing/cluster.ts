// oxlint-disable typescript/no-unnecessary-type-parameters -- as in ClusterSource
import type { Pod } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { Candidate } from '../candidate.ts';
import { ClusterState } from '../cluster-state.ts';

export interface TestCluster {
  readonly nodes: readonly Candidate[];
  readonly pods?: readonly Pod[];
  /** By resource. */
  readonly others?: Readonly<Record<string, readonly KubeObject[]>>;
}

/** The scheduler's state of a cluster that a test describes. Pods with a `nodeName` are on that node. */
export function stateOf({ nodes, pods = [], others = {} }: TestCluster): ClusterState {
  const objects: Readonly<Record<string, readonly KubeObject[]>> = { ...others, pods };
  const inNamespace = (object: KubeObject, namespace: string | undefined) =>
    namespace === undefined || (object.metadata.namespace ?? '') === namespace;
  const list = (resource: string, namespace?: string) =>
    (objects[resource] ?? []).filter((object) => inNamespace(object, namespace));
  const source = {
    nodes: () => nodes,
    // Who asks by resource knows the kind of what comes back.
    list: <T extends KubeObject>(resource: string, namespace?: string) => list(resource, namespace) as T[],
    get: <T extends KubeObject>(key: { resource: string; namespace: string; name: string }) =>
      list(key.resource, key.namespace).find(({ metadata }) => metadata.name === key.name) as T | undefined,
  };
  return new ClusterState(source, {
    isAssigned: ({ spec }) => Boolean(spec?.nodeName),
    isUnassigned: ({ spec }) => !spec?.nodeName,
  });
}
