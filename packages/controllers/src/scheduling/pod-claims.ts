import type { Pod } from '@berth/kinds';
import { hasRoom, podFacts } from '@berth/scheduler';
import type {
  Action,
  ClusterView,
  NodeRoom,
  ObservedChange,
  Reconciler,
  ReconcileKey,
} from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { isAssigned } from './pod-queue.ts';

/** Between the parts of a key's name: no name contains it. */
const separator = '/';

/**
 * Keeps claims in step with pods. Ends those of pods that are finished or gone: the key's name carries all that such a
 * claim takes (`<name>/<uid>/<node>/<millicores>/<bytes>`, and `/<JSON of the rest>` if there is more), because the pod itself may
 * be no more. Makes those of pods that did not get their node from the scheduler, as far as the node has room: they are there
 * whether it has or not.
 */
export const podClaims: Reconciler = {
  name: 'pod-claims',
  // The scheduler is woken by the same changes, and finds all the room that there is.
  goesFirst: true,
  keysOf: ({ resource, before, after }: ObservedChange): readonly ReconcileKey[] => {
    if (resource !== 'pods') return [];
    const was = before && isAssigned(before);
    const is = after && isAssigned(after);
    if (was && !is) return [releaseKey(before)];
    return is && !was ? [keyOf(resource, after)] : [];
  },
  reconcile: (key, view) => (key.name.includes(separator) ? releaseRoom(key, view) : claimRoom(key, view)),
};

function releaseKey(pod: Pod): ReconcileKey {
  const { namespace = '', name, uid = '' } = pod.metadata;
  const { cpuMillis, memoryBytes, ...rest } = podFacts(pod).room;
  const parts = [name, uid, pod.spec?.nodeName, cpuMillis, memoryBytes];
  if (Object.keys(rest).length > 0) parts.push(JSON.stringify(rest));
  return { resource: 'pods', namespace, name: parts.join(separator) };
}

function releaseRoom(key: ReconcileKey, view: ClusterView): readonly Action[] {
  const [name = '', podUid = '', node = '', cpuMillis, memoryBytes, ...rest] = key.name.split(separator);
  const pod = view.get<Pod>({ ...key, name });
  if (pod?.metadata.uid === podUid && isAssigned(pod)) return [];
  // Made by `releaseKey`.
  const more = (rest.length > 0 ? JSON.parse(rest.join(separator)) : {}) as Pick<
    NodeRoom,
    'others' | 'hostPorts'
  >;
  const room = { node, cpuMillis: Number(cpuMillis), memoryBytes: Number(memoryBytes), ...more };
  return [{ type: 'release', podUid, room }];
}

function claimRoom(key: ReconcileKey, view: ClusterView): readonly Action[] {
  const pod = view.get<Pod>(key);
  if (!pod || !isAssigned(pod)) return [];
  const { nodeName: node = '' } = pod.spec ?? {};
  const candidate = view.nodes().find((viewed) => viewed.node.metadata.name === node);
  const { uid, room } = podFacts(pod);
  if (!candidate || !hasRoom(candidate, room)) return [];
  return [{ type: 'claim', podUid: uid, room: { node, ...room } }];
}
