import type { Node, Pod } from '@berth/kinds';
import { scaledIntOrPercent } from '@berth/machinery';
import type { News } from '../news.ts';
import { isPodAvailable } from '../pods/pod-availability.ts';
import { isPodReady } from '../pods/pod-state.ts';
import { type Revisioned, revisionHashLabel, specOf } from './daemon-set-facts.ts';
import { eligibilityOf } from './eligible-nodes.ts';
import { failuresWith, replaceableAt } from './failed-pods.ts';
import type { NewDaemonPod, PodPlan } from './pod-plan.ts';
import type { PodsByNode } from './pods-by-node.ts';

/** What the decisions about a DaemonSet's pods are made from. */
export interface Situation extends Revisioned {
  readonly nodes: readonly Node[];
  readonly byNode: PodsByNode;
  readonly now: Date;
}

/** One pod on every node that should have one: none missing, none too many, none that failed, none where none should be. */
export function managePods(situation: Situation): PodPlan {
  const plan = new Plan();
  const unknown = new Set(situation.byNode.keys());
  for (const node of situation.nodes) {
    unknown.delete(node.metadata.name);
    manageNode(node, situation, plan);
  }
  // Pods that were bound to a node that is no more are the garbage collector's; these nobody will ever bind.
  for (const name of unknown) {
    for (const pod of situation.byNode.get(name) ?? []) if (!pod.spec?.nodeName) plan.delete(pod);
  }
  return plan;
}

class Plan implements PodPlan {
  readonly news: News[] = [];
  readonly remove: Pod[] = [];
  readonly create: NewDaemonPod[] = [];
  retryAt: number | undefined;

  delete(...pods: readonly Pod[]): void {
    this.remove.push(...pods.filter(({ metadata }) => !metadata.deletionTimestamp));
  }

  retry(at: number): void {
    this.retryAt = Math.min(this.retryAt ?? at, at);
  }
}

function manageNode(node: Node, situation: Situation, plan: Plan): void {
  const { shouldRun, mayStay } = eligibilityOf(situation.daemonSet, node);
  const { name } = node.metadata;
  const pods = situation.byNode.get(name) ?? [];
  if (shouldRun && pods.length === 0) plan.create.push({ node: name });
  else if (!mayStay) plan.delete(...pods);
  else {
    const running = replaceEnded(pods, { node: name, shouldRun, now: situation.now, plan });
    removeSurplus(running, situation, plan);
  }
}

interface EndedPods {
  readonly node: string;
  readonly shouldRun: boolean;
  readonly now: Date;
  readonly plan: Plan;
}

/** @returns the pods that have neither ended nor are being deleted. */
function replaceEnded(pods: readonly Pod[], { node, shouldRun, now, plan }: EndedPods): readonly Pod[] {
  const left = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const running = left.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
  let failures: number | undefined;
  for (const pod of left) {
    const at = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
    if (pod.status?.phase === 'Succeeded') {
      plan.delete(pod);
      const message = `Found succeeded ${at}, will try to delete it`;
      plan.news.push({ eventType: 'Normal', reason: 'SucceededDaemonPod', message });
    } else if (pod.status?.phase === 'Failed') {
      if (replaceableAt(pod) > now.getTime()) {
        plan.retry(replaceableAt(pod));
        continue;
      }
      plan.delete(pod);
      failures = failuresWith(pod, now);
      const message = `Found failed ${at}, will try to kill it`;
      plan.news.push({ eventType: 'Warning', reason: 'FailedDaemonPod', message });
    }
  }
  // The next pod remembers the failure, which the failed one takes with it.
  if (failures !== undefined && shouldRun && left.length === 1 && pods.length === 1) {
    plan.create.push({ node, failures });
  }
  return running;
}

/** Of several pods that run on one node, while none is being replaced by another, the oldest stays. */
function removeSurplus(running: readonly Pod[], situation: Situation, plan: Plan): void {
  if (running.length <= 1) return;
  const { daemonSet, hash, now } = situation;
  const { updateStrategy: strategy, minReadySeconds } = specOf(daemonSet);
  const { maxSurge = 0 } = strategy?.rollingUpdate ?? {};
  const allowsSurge = strategy?.type === 'RollingUpdate' && scaledIntOrPercent(maxSurge, 1, 'up') > 0;
  if (!allowsSurge) return plan.delete(...running.slice(1));

  const isNew = ({ metadata }: Pod) => metadata.labels?.[revisionHashLabel] === hash;
  const newest = running.find(isNew);
  const former = running.find((pod) => !isNew(pod));
  plan.delete(...running.filter((pod) => pod !== newest && pod !== former));
  if (!newest || !former) return;
  if (!isPodReady(former) || isPodAvailable(newest, minReadySeconds, now)) plan.delete(former);
}
