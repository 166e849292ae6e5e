import type { Pod } from '@berth/kinds';
import { targetNode } from './daemon-pod.ts';

export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** The pods of each node, those of one node oldest first. Pods that ended and are being deleted are nobody's concern any more. */
export function podsByNode(pods: readonly Pod[]): PodsByNode {
  const result = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined || (pod.metadata.deletionTimestamp && hasEnded(pod))) continue;
    const others = result.get(node);
    if (others) others.push(pod);
    else result.set(node, [pod]);
  }
  for (const found of result.values()) if (found.length > 1) found.sort(byAge);
  return result;
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Those that have a node come before those that wait for one. */
function byAge(left: Pod, right: Pod): number {
  return (
    Number(!left.spec?.nodeName) - Number(!right.spec?.nodeName) ||
    createdAt(left) - createdAt(right) ||
    (left.metadata.name < right.metadata.name ? -1 : 1)
  );
}

export function createdAt({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
