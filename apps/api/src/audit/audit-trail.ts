import type { Store } from '@berth/store';
import type { ApiDeps } from '../api-deps.ts';
import type { FleetAuditPolicy } from './audit-level.ts';
import type { AuditQueue } from './audit-queue.ts';
import { type ClusterPolicies, clusterPolicies } from './cluster-policies.ts';
import { defaultAuditPolicy } from './default-audit-policy.ts';
import { trustedForwarders, type TrustsForwarder } from './source-addresses.ts';

/** What the records of all requests share. */
export interface AuditTrail {
  readonly store: Pick<Store, 'audit'>;
  readonly queue: AuditQueue;
  readonly fleetPolicy: FleetAuditPolicy;
  readonly clusterPolicies: ClusterPolicies;
  readonly trustsForwarder: TrustsForwarder;
  readonly now: () => Date;
}

export function auditTrail({ store, auditQueue, auditPolicy, trustedProxies, now }: ApiDeps): AuditTrail {
  return {
    store,
    queue: auditQueue,
    fleetPolicy: auditPolicy ?? defaultAuditPolicy,
    clusterPolicies: clusterPolicies({ store }),
    trustsForwarder: trustedForwarders(trustedProxies),
    now,
  };
}
