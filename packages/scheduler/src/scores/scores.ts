import { balancedAllocation } from './balanced-allocation.ts';
import { preferredPodAffinity } from './inter-pod-affinity.ts';
import { leastAllocated } from './least-allocated.ts';
import { preferredNodeAffinity } from './preferred-node-affinity.ts';
import type { Score } from './score.ts';
import { softTopologySpread } from './topology-spread.ts';
import { untoleratedSoftTaints } from './untolerated-soft-taints.ts';

export const scores: readonly Score[] = [
  untoleratedSoftTaints,
  preferredNodeAffinity,
  leastAllocated,
  softTopologySpread,
  preferredPodAffinity,
  balancedAllocation,
];
