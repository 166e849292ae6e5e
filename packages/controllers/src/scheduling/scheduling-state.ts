import { ClusterState } from '@berth/scheduler';
import type { ClusterView } from '../reconciler.ts';
import { isAssigned, isUnassigned } from './pod-queue.ts';

interface Following {
  readonly state: ClusterState;
  /** How far the view's changes have been followed. */
  position: number;
}

/** A view lives for one turn, and so does what the scheduler makes of it. */
const followed = new WeakMap<ClusterView, Following>();

/** The scheduler's state of a view, brought up to date by what changed since it was last asked for. */
export function schedulingState(view: ClusterView): ClusterState {
  let following = followed.get(view);
  if (!following) {
    const state = new ClusterState(view, { isAssigned, isUnassigned });
    following = { state, position: view.changesSince(Number.MAX_SAFE_INTEGER).position };
    followed.set(view, following);
    return state;
  }
  const { state } = following;
  state.forgetAssumed();
  const { changes, position } = view.changesSince(following.position);
  for (const change of changes) {
    if (change.resource !== undefined) state.observe(change);
    else {
      const node = state.nodes[change.nodeIndex];
      if (node) state.observeClaims(node);
    }
  }
  following.position = position;
  return state;
}
