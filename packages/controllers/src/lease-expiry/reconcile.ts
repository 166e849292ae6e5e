import type { Lease } from '@berth/kinds';
import type { Reconciler } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

const leaseResource = 'leases.coordination.k8s.io';
const leaseNamespace = 'kube-system';
/** By which API servers say what they are. */
const identityLabel = 'apiserver.kubernetes.io/identity';

/**
 * Deletes the Leases of API servers that are gone, as soon as nobody has renewed them for as long as they say. Other Leases are
 * their holders' to remove; those of nodes are not in the log.
 * https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity
 */
export const leaseExpiry: Reconciler = {
  name: 'apiserver-lease-garbage-collector',
  keysOf: ({ resource, after }) =>
    resource === leaseResource && after && isIdentity(after) ? [keyOf(resource, after)] : [],
  reconcile: (key, view, { now }) => {
    const lease = view.get<Lease>(key);
    if (!lease || !isIdentity(lease)) return [];
    const expiresAt = expiryOf(lease);
    if (expiresAt > now.getTime()) return [{ type: 'wakeAt', at: new Date(expiresAt) }];
    return [{ type: 'delete', key, uid: lease.metadata.uid ?? '' }];
  },
};

function isIdentity({ metadata }: Lease): boolean {
  return metadata.namespace === leaseNamespace && metadata.labels?.[identityLabel] !== undefined;
}

/** One that does not say when it was renewed, or for how long, is worth nothing. */
function expiryOf({ spec }: Lease): number {
  const renewedAt = Date.parse(spec?.renewTime ?? '');
  const { leaseDurationSeconds } = spec ?? {};
  if (Number.isNaN(renewedAt) || leaseDurationSeconds === undefined) return 0;
  return renewedAt + leaseDurationSeconds * 1_000;
}
