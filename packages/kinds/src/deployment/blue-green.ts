/** The readiness gate of pods that a Deployment holds out of Services until all of them are ready. Only its controller sets it. */
export const liveGate = 'deploy.berth.dev/live';

/** Annotations of a Deployment that changes over from one set of pods to another at once. See docs/deployments.md. */
export const blueGreenAnnotations = {
  /** `BlueGreen`; anything else means nothing. */
  strategy: 'deploy.berth.dev/strategy',
  /** `false`: the new pods wait for `promote`. Default `true`. */
  autoPromote: 'deploy.berth.dev/auto-promote',
  /** How long the new pods are ready before traffic moves to them by itself. Default 0. */
  autoPromoteAfterSeconds: 'deploy.berth.dev/auto-promote-after-seconds',
  /** How long the old pods stay when traffic has left them. Default 300. */
  keepOldSeconds: 'deploy.berth.dev/keep-old-seconds',
  /** Moves traffic as soon as the new pods are ready: `true`, or the revision that is meant. Taken off when it is done. */
  promote: 'deploy.berth.dev/promote',
  /** Gives the new pods up, or goes back to the old ones while these are kept: `true`, or the revision. Taken off when it is done. */
  abort: 'deploy.berth.dev/abort',
} as const;

/** Which part a ReplicaSet plays, as its controller notes it there: `live`, `retired`, or nothing while it waits. */
export const sideAnnotation = 'deploy.berth.dev/side';
/** Of a ReplicaSet that was given up: it takes over only when it is told to. */
export const abortedAnnotation = 'deploy.berth.dev/aborted';

export const blueGreenStrategy = 'BlueGreen';
