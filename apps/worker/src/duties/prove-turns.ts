import { randomUUID } from 'node:crypto';
import { encodeStoredBody, toMicroTime, toTime } from '@berth/machinery';
import { turnProof, turnProofMaxAgeMs } from '@berth/queue';
import type { Store } from '@berth/store';

/** Renews the proof that turns run. Called at the end of a turn that came through the queue. */
export async function proveTurns(
  store: Store,
  proof: { readonly worker: string; readonly now: Date },
): Promise<void> {
  const { clusterId, key } = turnProof;
  const existing = await store.heartbeats.get(clusterId, key);
  const uid = existing?.uid ?? randomUUID();
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: key.name, namespace: key.namespace, uid, creationTimestamp: toTime(proof.now) },
    spec: {
      holderIdentity: proof.worker,
      leaseDurationSeconds: turnProofMaxAgeMs / 1000,
      renewTime: toMicroTime(proof.now),
    },
  };
  await store.heartbeats.put(clusterId, { ...key, uid, body: encodeStoredBody(lease) });
}
