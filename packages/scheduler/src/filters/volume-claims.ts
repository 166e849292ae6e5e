import type { PersistentVolumeClaim, Pod } from '@berth/kinds';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { PodFacts } from '../pod-facts.ts';
import { isFullyBound } from '../volumes/binding-rules.ts';
import { claimsOfPod, type PodClaim } from '../volumes/claims-of-pod.ts';
import { waitsForPod } from '../volumes/waits-for-pod.ts';
import type { Filter } from './filter.ts';

/**
 * Claims that are missing, or that nobody will bind before the pod has a node. What is wrong with them is wrong on every
 * node, and is said once.
 */
export const volumeClaims: Filter = {
  name: 'VolumeBinding',
  prepare: (pod, cluster) => {
    const problem = problemOf(pod, cluster);
    if (problem === undefined) return undefined;
    const rejection = { reasons: [problem], unresolvable: true, ofPod: true };
    return { check: () => rejection };
  },
  shape: (pod) => {
    const claims = claimsOfPod(pod.pod);
    return claims.length === 0 ? undefined : [claims, pod.pod.metadata.name];
  },
};

function problemOf(pod: PodFacts, cluster: ClusterFacts): string | undefined {
  const claims = claimsOfPod(pod.pod);
  let isUnbound = false;
  for (const used of claims) {
    const key = { resource: 'persistentvolumeclaims', namespace: pod.namespace, name: used.name };
    const claim = cluster.get<PersistentVolumeClaim>(key);
    const problem = claim ? problemOfClaim(claim, used, pod.pod) : missing(used);
    if (problem !== undefined) return problem;
    if (claim && !isFullyBound(claim) && (claim.spec?.volumeName || !waitsForPod(claim, cluster)))
      isUnbound = true;
  }
  return isUnbound ? 'pod has unbound immediate PersistentVolumeClaims' : undefined;
}

function missing({ name, isEphemeral }: PodClaim): string {
  return isEphemeral
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`;
}

function problemOfClaim(claim: PersistentVolumeClaim, used: PodClaim, pod: Pod): string | undefined {
  const { metadata, spec, status } = claim;
  const name = JSON.stringify(metadata.name);
  if (status?.phase === 'Lost') {
    return `persistentvolumeclaim ${name} bound to non-existent persistentvolume ${JSON.stringify(spec?.volumeName ?? '')}`;
  }
  if (metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim ${name} is being deleted`;
  if (!used.isEphemeral || metadata.ownerReferences?.some(({ uid }) => uid === pod.metadata.uid))
    return undefined;
  const { namespace } = metadata;
  return `PVC ${namespace}/${metadata.name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
}
