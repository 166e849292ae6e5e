import { cronJobController } from './cronjob/reconcile.ts';
import { daemonSetController } from './daemonset/reconcile.ts';
import { disruptionController } from './disruption/reconcile.ts';
import { endpointSliceMirroring } from './endpoint-slice-mirror/reconcile.ts';
import { endpointSliceController } from './endpoint-slice/reconcile.ts';
import { endpointsController } from './endpoints/reconcile.ts';
import { deploymentController } from './deployment/reconcile.ts';
import { ephemeralVolumeController } from './ephemeral-volume/reconcile.ts';
import { eventExpiry } from './event-expiry/reconcile.ts';
import { flowControlController } from './flow-control/reconcile.ts';
import { garbageCollector } from './garbage/reconcile.ts';
import { jobController } from './job/reconcile.ts';
import { leaseExpiry } from './lease-expiry/reconcile.ts';
import { namespaceController } from './namespace/reconcile.ts';
import { nodeLifecycleController } from './node-lifecycle/reconcile.ts';
import { persistentVolumeController } from './persistent-volume/reconcile.ts';
import { podGarbageCollector } from './pod-garbage/reconcile.ts';
import { clusterRoleAggregation } from './rbac/aggregation.ts';
import { defaultPolicyController } from './rbac/default-policy.ts';
import type { Reconciler } from './reconciler.ts';
import { replicaSetController, replicationControllerController } from './replicas/reconcile.ts';
import { podClaims } from './scheduling/pod-claims.ts';
import { scheduler } from './scheduling/reconcile.ts';
import { statefulSetController } from './statefulset/reconcile.ts';
import { taintEvictionController } from './taint-eviction/reconcile.ts';
import { tenancyController } from './tenancy/reconcile.ts';
import { tokenExpiry } from './token-expiry/reconcile.ts';
import { ttlAfterFinishedController } from './ttl/reconcile.ts';
import { volumeProtection } from './volume-protection/reconcile.ts';

/** Every controller of a cluster. What one change wakes is reconciled in this order. */
export function controllers(): readonly Reconciler[] {
  return [
    namespaceController,
    defaultPolicyController,
    clusterRoleAggregation,
    deploymentController,
    replicaSetController,
    replicationControllerController,
    daemonSetController,
    statefulSetController,
    cronJobController,
    jobController,
    nodeLifecycleController,
    taintEvictionController,
    disruptionController,
    endpointsController,
    endpointSliceController,
    endpointSliceMirroring,
    ephemeralVolumeController,
    persistentVolumeController,
    volumeProtection,
    podClaims,
    scheduler,
    ttlAfterFinishedController,
    garbageCollector,
    podGarbageCollector,
    eventExpiry,
    leaseExpiry,
    tokenExpiry,
    flowControlController,
    tenancyController,
  ];
}
