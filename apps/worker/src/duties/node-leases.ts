import type { Lease, Node } from '@berth/kinds';

export const leaseResource = 'leases.coordination.k8s.io';
/** Where nodes renew their Leases, off the log. */
export const nodeLeaseNamespace = 'kube-node-lease';

/** So long a Lease without a node may stand: an agent may make it before its Node. */
const orphanedMs = 60 * 60_000;

/**
 * Leases of nodes that are gone: those that say whose they are go with their Node, as its dependents; others an hour after
 * they were last renewed.
 */
export function orphanedLeases(
  { nodes, leases }: { readonly nodes: readonly Node[]; readonly leases: readonly Lease[] },
  now: Date,
): readonly Lease[] {
  const uids = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.uid]));
  return leases.filter(({ metadata, spec }) => {
    const owners = (metadata.ownerReferences ?? []).filter(({ kind }) => kind === 'Node');
    if (owners.length > 0) return owners.every(({ name, uid }) => uids.get(name) !== uid);
    if (uids.has(metadata.name)) return false;
    const heardAt = Date.parse(spec?.renewTime ?? metadata.creationTimestamp ?? '') || 0;
    return now.getTime() - heardAt > orphanedMs;
  });
}
