/**
 * Where workers leave the proof that turns run: a Lease of the system cluster, kept off the log (`store.heartbeats`), whose
 * `spec.renewTime` is when a turn last went its whole way, from the queue to the database. Workers renew it every
 * {@link turnProofIntervalMs}; readiness asks for one younger than {@link turnProofMaxAgeMs}.
 */
export const turnProof = {
  clusterId: 'system',
  key: { resource: 'leases.coordination.k8s.io', namespace: 'kube-system', name: 'berth-worker' },
} as const;

export const turnProofIntervalMs = 5_000;

/** Three renewals, and the time that a killed worker's turn takes to be taken over. */
export const turnProofMaxAgeMs = 30_000;
