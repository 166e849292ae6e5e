import type { Pod } from '@berth/kinds';
import { claimedWith, nothingClaimed, podFacts } from '@berth/scheduler';
import type { NodeView } from '../reconciler.ts';
import type { BaseView } from '../turn/base-view.ts';
import { isAssigned } from './pod-queue.ts';

/** The nodes of a cluster that brings its own, with what its pods take up on them: nobody else's run there. */
export function viewOwnNodes(view: BaseView): readonly NodeView[] {
  const claimed = new Map<string, NodeView['claimed']>();
  for (const object of view.list('pods')) {
    const pod: Pod = object;
    if (!isAssigned(pod)) continue;
    const { nodeName = '' } = pod.spec ?? {};
    claimed.set(nodeName, claimedWith(claimed.get(nodeName) ?? nothingClaimed, podFacts(pod).room, 1));
  }
  return view
    .list('nodes')
    .map((node) => ({ node, claimed: claimed.get(node.metadata.name) ?? nothingClaimed }));
}
