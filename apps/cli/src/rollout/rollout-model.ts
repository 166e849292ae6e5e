import type { Deployment, ReplicaSet } from '@berth/kinds';

/** One revision of a Deployment, as people look at it. */
export interface Revision {
  readonly revision: number;
  readonly replicaSet: string;
  /** Of the Deployment's template as it is. */
  readonly isNewest: boolean;
  /** In a blue/green Deployment: `live`, `waiting`, `retired`, `aborted`; else ''. */
  readonly side: string;
  readonly wanted: number;
  readonly pods: number;
  readonly ready: number;
  readonly images: readonly string[];
  readonly changeCause: string;
  readonly createdAt: string;
}

/** `Complete` and `Failed` are ends; `Aborted` is one until somebody goes on. */
type RolloutState =
  | 'Complete'
  | 'Progressing'
  | 'AwaitingPromotion'
  | 'Paused'
  | 'Aborted'
  | 'Failed'
  | 'Unobserved';

export interface Rollout {
  readonly name: string;
  readonly namespace: string;
  readonly strategy: string;
  readonly state: RolloutState;
  /** What it does or waits for, in a sentence. */
  readonly message: string;
  readonly wanted: number;
  readonly updated: number;
  readonly available: number;
  /** Newest first. */
  readonly revisions: readonly Revision[];
}

/** Names that the Deployment controller and its ReplicaSets are known by. */
export interface RolloutNames {
  readonly strategy: string;
  readonly side: string;
  readonly aborted: string;
  readonly gate: string;
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const changeCauseAnnotation = 'kubernetes.io/change-cause';

/** What a Deployment and its ReplicaSets come to. */
export function rolloutOf(deployment: Deployment, sets: readonly ReplicaSet[], names: RolloutNames): Rollout {
  const { metadata, spec, status } = deployment;
  const isBlueGreen = metadata.annotations?.[names.strategy] === 'BlueGreen';
  const newest = metadata.annotations?.[revisionAnnotation];
  const revisions = sets
    .filter((set) => set.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
    .map((set) => revisionOf(set, { newest, names, isBlueGreen }))
    .toSorted((left, right) => right.revision - left.revision);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    strategy: isBlueGreen ? 'BlueGreen' : (spec?.strategy?.type ?? 'RollingUpdate'),
    ...stateOf(deployment),
    wanted: spec?.replicas ?? 1,
    updated: status?.updatedReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    revisions,
  };
}

function revisionOf(
  { metadata, spec, status }: ReplicaSet,
  options: { newest: string | undefined; names: RolloutNames; isBlueGreen: boolean },
): Revision {
  const { annotations = {} } = metadata;
  const { names, isBlueGreen } = options;
  const gates = spec?.template?.spec?.readinessGates ?? [];
  const wanted = spec?.replicas ?? 1;
  const isGated = gates.some(({ conditionType }) => conditionType === names.gate);
  const marked =
    annotations[names.aborted] === undefined ? (annotations[names.side] ?? 'waiting') : 'aborted';
  const hasSide = isBlueGreen && (wanted > 0 || marked === 'aborted');
  return {
    revision: Number(annotations[revisionAnnotation] ?? 0),
    replicaSet: metadata.name,
    isNewest: annotations[revisionAnnotation] === options.newest,
    side: hasSide ? (isGated ? marked : 'live') : '',
    wanted,
    pods: status?.replicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    images: (spec?.template?.spec?.containers ?? []).map(({ image }) => image ?? ''),
    changeCause: annotations[changeCauseAnnotation] ?? '',
    createdAt: metadata.creationTimestamp ?? '',
  };
}

/** As `kubectl rollout status` judges it, and what only the conditions say. */
function stateOf({ metadata, spec, status = {} }: Deployment): Pick<Rollout, 'state' | 'message'> {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return { state: 'Unobserved', message: 'the controller has not seen the newest change yet' };
  }
  if (spec?.paused)
    return { state: 'Paused', message: `it is paused: berth rollout resume ${metadata.name}` };
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  const message = progressing?.message ?? '';
  if (progressing?.reason === 'AwaitingPromotion') return { state: 'AwaitingPromotion', message };
  if (progressing?.reason === 'RolloutAborted') return { state: 'Aborted', message };
  if (progressing?.status === 'False') return { state: 'Failed', message };
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const wanted = spec?.replicas ?? 1;
  if (updatedReplicas < wanted) {
    return { state: 'Progressing', message: `${updatedReplicas} of ${wanted} new pods are there` };
  }
  if (replicas > updatedReplicas) {
    const isTold = progressing?.reason === 'ReplicaSetUpdated' && message.includes('ready to take over');
    const rest = `${replicas - updatedReplicas} old pods are still there`;
    return { state: 'Progressing', message: isTold ? message : rest };
  }
  if (availableReplicas < updatedReplicas) {
    const text = `${availableReplicas} of ${updatedReplicas} new pods are available`;
    return { state: 'Progressing', message: text };
  }
  return { state: 'Complete', message: `all ${wanted} pods are of the newest revision and available` };
}
