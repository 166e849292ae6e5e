export { controllers } from './controllers.ts';
export { isNodeNews, nodeChangeWake } from './daemonset/node-changes.ts';
export { budgetsResource } from './disruption/budget.ts';
export { judgeEviction, tooManyEvictions } from './disruption/judge-eviction.ts';
export { clusterSeed, initialNamespaces } from './namespace/cluster-seed.ts';
export { isNewsToPods } from './nodes/news-to-pods.ts';
export { isNodeReady, isNodeSilent, noExecuteTaints } from './nodes/node-facts.ts';
export { nodeNewsTimers } from './nodes/node-news-wakes.ts';
export type {
  Action,
  ClusterView,
  NodeView,
  ObservedChange,
  ReconcileContext,
  ReconcileKey,
  Reconciler,
} from './reconciler.ts';
export { viewOwnNodes } from './scheduling/own-nodes.ts';
export { type BaseView, keyOf, objectId, type ResourceObject } from './turn/base-view.ts';
export { bindPod } from './turn/bind-pod.ts';
export type { PlanRoom } from './turn/quota-ledger.ts';
export { RestlessKeyError } from './turn/restless-key-error.ts';
export { runTurn } from './turn/run-turn.ts';
export { decodeTimerKey, encodeTimerKey, type TimerTask } from './turn/timer-key.ts';
export type {
  ReconcileFailure,
  TurnBudget,
  TurnClaim,
  TurnInput,
  TurnPlan,
  TurnTimer,
  TurnWrite,
} from './turn/turn.ts';
export { mostPodsAtOnce } from './pods/most-pods-at-once.ts';
