export type { Candidate } from './candidate.ts';
export { type ClaimedRoom, claimedWith, nothingClaimed, type PodRoom } from './claimed-room.ts';
export type { ClusterFacts } from './cluster-facts.ts';
export { type ClusterSource, ClusterState, type ObservedObject, type PodRules } from './cluster-state.ts';
export { failureMessage } from './failure-message.ts';
export type { Filter, PreparedFilter, Rejection, Reservation } from './filters/filter.ts';
export { tolerates } from './filters/taint-toleration.ts';
export { hasRoom } from './has-room.ts';
export { isPlacedAlike, suitsNode, untoleratedTaints } from './node-placement.ts';
export type { NodeState } from './node-state.ts';
export { type PodFacts, podFacts } from './pod-facts.ts';
export type { Resources } from './resources.ts';
export { preempt, type Preemption } from './preemption/preempt.ts';
export { type SchedulingResult, schedulePod } from './schedule-pod.ts';
export {
  bindCompletedAnnotation,
  boundByControllerAnnotation,
  hasSameMode,
  isFullyBound,
  isReservedFor,
  requestedStorage,
  selectedNodeAnnotation,
  storageOf,
  unsuitability,
} from './volumes/binding-rules.ts';
export { claimsOfPod, type PodClaim } from './volumes/claims-of-pod.ts';
export { matchVolume } from './volumes/match-volume.ts';
export { storageClassOf } from './volumes/storage-classes.ts';
export { tiedTo } from './volumes/tied-to.ts';
export { waitsForPod } from './volumes/waits-for-pod.ts';
