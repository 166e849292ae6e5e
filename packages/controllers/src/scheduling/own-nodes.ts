import type { Pod } from '@berth/kinds';
import { podRequests } from '@berth/scheduler';
import type { NodeView } from '../reconciler.ts';
import type { BaseView } from '../turn/base-view.ts';
import { isAssigned } from './pod-queue.ts';

const nothing = { cpuMillis: 0, memoryBytes: 0, pods: 0 };

/** The nodes of a cluster that brings its own, with what its pods take up on them: nobody else's run there. */
export function viewOwnNodes(view: BaseView): readonly NodeView[] {
  const claimed = new Map<string, NodeView['claimed']>();
  for (const object of view.list('pods')) {
    const pod: Pod = object;
    if (!isAssigned(pod)) continue;
    const { nodeName = '' } = pod.spec ?? {};
    const { cpuMillis, memoryBytes } = podRequests(pod);
    const before = claimed.get(nodeName) ?? nothing;
    claimed.set(nodeName, {
      cpuMillis: before.cpuMillis + cpuMillis,
      memoryBytes: before.memoryBytes + memoryBytes,
      pods: before.pods + 1,
    });
  }
  return view.list('nodes').map((node) => ({ node, claimed: claimed.get(node.metadata.name) ?? nothing }));
}
