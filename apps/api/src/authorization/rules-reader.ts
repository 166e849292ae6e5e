import { type CompiledRules, compileRules, systemClusterId } from '@berth/auth';
import { bootstrapObjectsOf, type KindRegistry, policyResources } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { ClusterStore, Store } from '@berth/store';
import { LRUCache } from 'lru-cache';
import { policyObjectsOf } from './policy-objects.ts';

const resources: readonly string[] = Object.values(policyResources);

/** Clusters whose rules are kept ready, at most. */
const mostClusters = 5_000;
/** Bytes of all objects that kept rules were made of; the rules themselves take a few times as much. */
const mostBytes = 32 * 1024 * 1024;
/** Counted for a cluster that has no objects of its own. */
const leastBytes = 512;

interface Held {
  readonly rules: CompiledRules;
  readonly bytes: number;
  /** The rules are those of this revision. */
  readonly revision: number;
}

/**
 * The rules of a cluster, compiled, as new as every write that was acknowledged before the call. Where no object of RBAC
 * changed since the last call, that costs the one query for how far the cluster is, which all callers of all clusters share.
 */
export function createRulesReader(
  store: Pick<Store, 'cluster'>,
  kindsOf: (clusterId: string) => KindRegistry,
  { maxBytes = mostBytes }: { readonly maxBytes?: number } = {},
): (clusterId: string) => Promise<CompiledRules> {
  const defaultsOf = defaultPolicies(kindsOf);
  const held = new LRUCache<string, Held>({
    max: mostClusters,
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes,
  });
  const refreshing = new Map<string, Promise<Held>>();

  const load = async (cluster: ClusterStore): Promise<Held> => {
    const { revision, objects } = await cluster.readResources(resources);
    const { policy, rules: defaultRules } = defaultsOf(cluster.clusterId);
    const rules = objects.length === 0 ? defaultRules : compileRules(policyObjectsOf(objects, policy));
    const bytes = objects.reduce((sum, { body }) => sum + body.length, leastBytes);
    const loaded = { rules, revision, bytes };
    // Rules that are too large to be kept are good for who asked.
    held.set(cluster.clusterId, loaded);
    return loaded;
  };
  /** Callers that come while the rules are read share that, and look whether it was enough. */
  const refresh = (cluster: ClusterStore): Promise<Held> => {
    const { clusterId } = cluster;
    const running = refreshing.get(clusterId);
    if (running !== undefined) return running;
    const started = load(cluster).finally(() => refreshing.delete(clusterId));
    refreshing.set(clusterId, started);
    return started;
  };

  return async (clusterId) => {
    const cluster = store.cluster(clusterId);
    const newest = await cluster.rulesRevision();
    let known = held.get(clusterId);
    while (known === undefined || known.revision < newest) known = await refresh(cluster);
    return known.rules;
  };
}

interface DefaultPolicy {
  readonly policy: readonly KubeObject[];
  /** Of a cluster that has no objects of its own: all of them share these. */
  readonly rules: CompiledRules;
}

function defaultPolicies(kindsOf: (clusterId: string) => KindRegistry): (clusterId: string) => DefaultPolicy {
  const policyOf = (clusterId: string): DefaultPolicy => {
    const definition = kindsOf(clusterId).byResource(policyResources.clusterRoles);
    const isSystem = clusterId === systemClusterId;
    const policy = definition === undefined ? [] : bootstrapObjectsOf(definition, { isSystem });
    return { policy, rules: compileRules(policyObjectsOf([], policy)) };
  };
  const system = policyOf(systemClusterId);
  const others = policyOf('');
  return (clusterId) => (clusterId === systemClusterId ? system : others);
}
