import type { Pod } from '@berth/kinds';
import { scaledIntOrPercent } from '@berth/machinery';
import { isPodAvailable } from '../pods/pod-availability.ts';
import { isUpdated, specOf } from './daemon-set-facts.ts';
import { eligibilityOf } from './eligible-nodes.ts';
import type { Situation } from './manage-pods.ts';
import { nothingPlanned, type PodPlan } from './pod-plan.ts';

/**
 * The next step towards pods that are all of the current template, once every node has its pod: without surge, old pods
 * are deleted (and replaced when they are gone) while no more than maxUnavailable are missing; with surge, up to maxSurge
 * nodes get a new pod beside the old one, which goes when the new one is available.
 * https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
 */
export function rollPods(situation: Situation): PodPlan {
  const { daemonSet, nodes, byNode } = situation;
  const { rollingUpdate } = specOf(daemonSet).updateStrategy ?? {};
  const wanted = nodes.filter((node) => eligibilityOf(daemonSet, node).shouldRun);
  const [surge, missing] = [rollingUpdate?.maxSurge ?? 0, rollingUpdate?.maxUnavailable ?? 1];
  const maxSurge = scaledIntOrPercent(surge, wanted.length, 'up');
  const maxUnavailable = scaledIntOrPercent(missing, wanted.length, 'up');
  // Pods of nodes that are no more are the garbage collector's: an update does not wait for them.
  const involved = nodes.filter(
    (node) => byNode.has(node.metadata.name) || eligibilityOf(daemonSet, node).shouldRun,
  );
  const sides = involved.map(({ metadata }) => sidesOf(metadata.name, situation));
  if (maxSurge > 0) return rollWithSurge(sides, { situation, maxSurge, desired: wanted.length });
  // Validation refuses 0 for both; percentages of few nodes round up.
  return rollInPlace(sides, Math.max(1, maxUnavailable));
}

/** The pods of one node: at most one of the current template and one of an older. */
interface NodeSides {
  readonly node: string;
  readonly updated: Pod | undefined;
  readonly former: Pod | undefined;
  /** One of them is being deleted, or there are too many: not to be counted on. */
  readonly isUnsettled: boolean;
  readonly isUpdatedAvailable: boolean;
  readonly isFormerAvailable: boolean;
}

function sidesOf(node: string, situation: Situation): NodeSides {
  const pods = situation.byNode.get(node) ?? [];
  const updated = pods.filter((pod) => isUpdated(pod, situation));
  const former = pods.filter((pod) => !isUpdated(pod, situation));
  const { minReadySeconds } = specOf(situation.daemonSet);
  const isAvailable = (pod: Pod | undefined) =>
    pod !== undefined && isPodAvailable(pod, minReadySeconds, situation.now);
  return {
    node,
    updated: updated[0],
    former: former[0],
    isUnsettled:
      updated.length > 1 ||
      former.length > 1 ||
      pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined),
    isUpdatedAvailable: isAvailable(updated[0]),
    isFormerAvailable: isAvailable(former[0]),
  };
}

function rollInPlace(sides: readonly NodeSides[], maxUnavailable: number): PodPlan {
  let unavailable = 0;
  const lost: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { updated, former, isUnsettled, isUpdatedAvailable, isFormerAvailable } of sides) {
    if (isUnsettled || Boolean(updated) === Boolean(former)) unavailable++;
    else if (updated) unavailable += isUpdatedAvailable ? 0 : 1;
    // An old pod that serves nobody is no loss.
    else if (former) (isFormerAvailable ? candidates : lost).push(former);
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  return { ...nothingPlanned, remove: [...lost, ...candidates.slice(0, room)] };
}

function rollWithSurge(
  sides: readonly NodeSides[],
  {
    situation,
    maxSurge,
    desired,
  }: { readonly situation: Situation; readonly maxSurge: number; readonly desired: number },
): PodPlan {
  const eligible = new Set(
    situation.nodes
      .filter((node) => eligibilityOf(situation.daemonSet, node).shouldRun)
      .map(({ metadata }) => metadata.name),
  );
  let surging = 0;
  let available = 0;
  const remove: Pod[] = [];
  const leaving: Pod[] = [];
  const without: string[] = [];
  const candidates: string[] = [];
  for (const side of sides) {
    const { node, updated, former, isUpdatedAvailable, isFormerAvailable } = side;
    if (side.isUnsettled) {
      surging++;
      continue;
    }
    if (former ? isFormerAvailable : isUpdatedAvailable) available++;
    if (!former) continue;
    if (updated) {
      if (isUpdatedAvailable) remove.push(former);
      else surging++;
    } else if (eligible.has(node)) (isFormerAvailable ? candidates : without).push(node);
    else (isFormerAvailable ? leaving : remove).push(former);
  }
  // Where a node gets no new pod, the old one stays until others make up for it.
  remove.push(...leaving.slice(0, Math.max(0, available - desired)));
  const room = Math.max(0, maxSurge - surging);
  const create = [...without, ...candidates.slice(0, room)].map((node) => ({ node }));
  return { ...nothingPlanned, remove, create };
}
