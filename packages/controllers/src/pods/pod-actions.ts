import type { Pod } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { keyOf } from '../turn/base-view.ts';
import type { Action } from '../reconciler.ts';

/** Creates a pod, and tells of it at its owner. */
export function createPodActions(owner: KubeObject, pod: Pod): readonly Action[] {
  const message = `Created pod: ${pod.metadata.name}`;
  return [
    { type: 'create', object: pod },
    { type: 'event', regarding: owner, eventType: 'Normal', reason: 'SuccessfulCreate', message },
  ];
}

/** Deletes a pod, and tells of it at its owner. */
export function deletePodActions(owner: KubeObject, pod: Pod): readonly Action[] {
  const message = `Deleted pod: ${pod.metadata.name}`;
  return [
    { type: 'delete', key: keyOf('pods', pod), uid: pod.metadata.uid ?? '' },
    { type: 'event', regarding: owner, eventType: 'Normal', reason: 'SuccessfulDelete', message },
  ];
}
