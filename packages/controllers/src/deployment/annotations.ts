import { blueGreenAnnotations } from '@berth/kinds';
import { sideAnnotations } from './blue-green/sides.ts';

/** Annotations by which a Deployment and its ReplicaSets remember a rollout, as clients know them. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
/** Earlier revisions that a ReplicaSet was, as `1,4`. */
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
/** How many pods the Deployment wanted when the ReplicaSet got its size. */
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
/** How many pods the Deployment might have had then, surge included. */
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
const rollbackAnnotation = 'deprecated.deployment.rollback.to';

/** What a ReplicaSet does not take over from its Deployment. */
export const notCopied: ReadonlySet<string> = new Set([
  lastAppliedAnnotation,
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  rollbackAnnotation,
  blueGreenAnnotations.promote,
  blueGreenAnnotations.abort,
  ...sideAnnotations,
]);
