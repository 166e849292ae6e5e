import { type ClaimMapping, compileClaimMapping, systemClusterId } from '@berth/auth';
import type { TrustedIssuer, TrustedIssuerSpec } from '@berth/kinds';
import { decodeStoredBody } from '@berth/machinery';
import type { Store, StoredObject } from '@berth/store';
import { LRUCache } from 'lru-cache';

/** A TrustedIssuer as tokens are judged by it. */
export interface IssuerRules {
  readonly name: string;
  readonly uid: string;
  /** The namespace in the system cluster: the tenant whose it is, or the operator's. */
  readonly namespace: string;
  /** Changes with the object: what was decided by another version counts no more. */
  readonly version: string;
  readonly spec: TrustedIssuerSpec;
  /** Compiled at first use. @throws CelError for rules that an earlier version of Berth let pass */
  readonly mapping: () => ClaimMapping;
}

/** Which outside issuers a cluster trusts. Answers are at most 1 s old. */
export interface TrustedIssuers {
  /** In order of their names; none for a cluster that does not exist. @throws StoreError */
  ofCluster(clusterId: string): Promise<readonly IssuerRules[]>;
}

const resource = 'trustedissuers.platform.berth.dev';
const type = { apiVersion: 'platform.berth.dev/v1', kind: 'TrustedIssuer' } as const;
/** Where the issuers of the system cluster itself are. */
const operatorNamespace = 'default';
const maxAgeMs = 1_000;
const maxTenants = 2_000;
const maxClusters = 5_000;
const maxCompiled = 5_000;

/** Reads the TrustedIssuers of the tenants that are asked for, and forgets them after a second. */
export function createTrustedIssuers(
  store: Pick<Store, 'cluster' | 'clusterOwner'>,
  elapsedMs: () => number,
): TrustedIssuers {
  const forgotten = { ttl: maxAgeMs, ttlResolution: 0, perf: { now: elapsedMs } };
  const compiled = new LRUCache<string, IssuerRules>({ max: maxCompiled });
  const rulesOf = (stored: StoredObject): IssuerRules => {
    const version = `${stored.uid}@${stored.revision}`;
    const known = compiled.get(version);
    if (known !== undefined) return known;
    const rules = issuerRules(stored, version);
    compiled.set(version, rules);
    return rules;
  };
  const namespaces = new LRUCache<string, readonly IssuerRules[]>({
    ...forgotten,
    max: maxTenants,
    fetchMethod: async (namespace) => {
      const { items } = await store.cluster(systemClusterId).list({ resource, namespace });
      return items.map(rulesOf);
    },
  });
  const owners = new LRUCache<string, { readonly namespace: string | undefined }>({
    ...forgotten,
    max: maxClusters,
    fetchMethod: async (clusterId) => ({ namespace: await namespaceOf(store, clusterId) }),
  });
  return {
    async ofCluster(clusterId) {
      const namespace = (await owners.fetch(clusterId))?.namespace;
      const trusted = namespace === undefined ? [] : ((await namespaces.fetch(namespace)) ?? []);
      return trusted.filter(({ spec }) => serves(spec, clusterId));
    },
  };
}

async function namespaceOf(
  store: Pick<Store, 'clusterOwner'>,
  clusterId: string,
): Promise<string | undefined> {
  if (clusterId === systemClusterId) return operatorNamespace;
  const tenantId = (await store.clusterOwner(clusterId))?.tenantId;
  // The operator's issuers speak for people of the fleet; no other cluster takes them, whoever it says it belongs to.
  return tenantId === operatorNamespace || tenantId === systemClusterId ? undefined : tenantId;
}

function serves({ clusters = [] }: TrustedIssuerSpec, clusterId: string): boolean {
  return clusters.length === 0 || clusters.includes(clusterId);
}

function issuerRules(stored: StoredObject, version: string): IssuerRules {
  // Objects of a resource are of its kind.
  const { metadata, spec } = decodeStoredBody(stored.body, stored.revision, type) as TrustedIssuer;
  const { name, namespace = '' } = metadata;
  let mapping: ClaimMapping | undefined;
  return {
    name,
    namespace,
    uid: stored.uid,
    version,
    spec,
    mapping: () => {
      const { usernamePrefix = `${name}:`, groupPrefix = `${name}:` } = spec;
      mapping ??= compileClaimMapping({ ...spec, usernamePrefix, groupPrefix });
      return mapping;
    },
  };
}
