import type { Node, NodeSpec, NodeStatus, Pod, PodSpec } from '@berth/kinds';
import type { Candidate } from '../candidate.ts';
import { type ClaimedRoom, nothingClaimed } from '../claimed-room.ts';
import type { ClusterState } from '../cluster-state.ts';
import { failureMessage } from '../failure-message.ts';
import { podFacts } from '../pod-facts.ts';
import { preempt } from '../preemption/preempt.ts';
import { schedulePod } from '../schedule-pod.ts';

export const free = nothingClaimed;

export interface NodeOptions {
  spec?: NodeSpec;
  labels?: Record<string, string>;
  allocatable?: Record<string, string>;
  conditions?: NonNullable<NodeStatus['conditions']>;
  claimed?: ClaimedRoom;
}

export function node(name: string, options: NodeOptions = {}): Candidate {
  const allocatable = options.allocatable ?? { cpu: '4', memory: '8Gi', pods: '110' };
  const object: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...options.labels } },
    spec: options.spec ?? {},
    status: { allocatable, ...(options.conditions ? { conditions: options.conditions } : {}) },
  };
  return { node: object, claimed: options.claimed ?? free };
}

/** A pod that requests nothing. */
export function pod(spec: PodSpec = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  const containers = [{ name: 'c', image: 'i' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid: 'u1', ...metadata },
    spec: { containers, ...spec },
  };
}

/** A pod with these labels; on a node if one is named. */
export function labelled(name: string, labels: Record<string, string>, spec: PodSpec = {}): Pod {
  return pod(spec, { name, uid: name, labels });
}

/** The node that the pod would go to, or why there is none. */
export function outcome(subject: Pod, state: ClusterState): string {
  const result = schedulePod(podFacts(subject), state);
  if (result.node) return result.node.name;
  return failureMessage(result.rejections, preempt(podFacts(subject), state, result.rejections));
}

/** The nodes that can take the pod. */
export function feasible(subject: Pod, state: ClusterState): string[] {
  const shape = state.shapeOf(podFacts(subject));
  return state.nodes.filter((candidate) => !shape.check(candidate)).map(({ name }) => name);
}
