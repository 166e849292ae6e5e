import type { Node, Pod } from '@berth/kinds';
import { expect, test } from 'vitest';
import type { Candidate } from './candidate.ts';
import { podFacts } from './pod-facts.ts';
import { schedulePod } from './schedule-pod.ts';
import { stateOf } from './testing/cluster.ts';

function node(name: string, cpu = '2'): Candidate {
  const object: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { allocatable: { cpu, memory: '8Gi', pods: '10' } },
  };
  return { node: object, claimed: { cpuMillis: 0, memoryBytes: 0, pods: 0 } };
}

function pod(name: string, nodeName?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name },
    spec: {
      containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }],
      ...(nodeName ? { nodeName } : {}),
    },
  };
}

test('what is assumed takes room at once, and gives it back where nothing came of it', () => {
  const state = stateOf({ nodes: [node('a')], pods: [pod('p'), pod('q'), pod('r')] });
  for (const name of ['p', 'q']) {
    const facts = podFacts(pod(name));
    const { node: chosen } = schedulePod(facts, state);
    if (chosen) state.assume(facts, chosen);
  }
  expect(state.nodes[0]?.claimed).toEqual({ cpuMillis: 2000, memoryBytes: 0, pods: 2 });
  expect([...(state.nodes[0]?.pods.keys() ?? [])]).toEqual(['p', 'q']);
  expect([...state.unassigned.keys()]).toEqual(['r']);
  expect(schedulePod(podFacts(pod('r')), state).node).toBeUndefined();

  state.forgetAssumed();
  expect(state.nodes[0]?.claimed.pods).toBe(0);
  expect(state.nodes[0]?.pods.size).toBe(0);
  expect([...state.unassigned.keys()].toSorted()).toEqual(['p', 'q', 'r']);
  expect(schedulePod(podFacts(pod('r')), state).node?.name).toBe('a');
});

test('what is supposed is as it was afterwards, also if something throws', () => {
  const full = { ...node('a', '1'), claimed: { cpuMillis: 1000, memoryBytes: 0, pods: 1 } };
  const state = stateOf({ nodes: [full], pods: [pod('p', 'a')] });
  const wanting = podFacts(pod('q'));
  const [only] = state.nodes;
  if (!only) throw new Error('no node');
  const found = state.suppose((move) => {
    move(podFacts(pod('p', 'a')), only, -1);
    return schedulePod(wanting, state).node?.name;
  });
  expect(found).toBe('a');
  const failing = () =>
    state.suppose((move) => {
      move(podFacts(pod('p', 'a')), only, -1);
      throw new Error('broken');
    });
  expect(failing).toThrow('broken');
  expect(only.claimed).toEqual({ cpuMillis: 1000, memoryBytes: 0, pods: 1 });
  expect([...only.pods.keys()]).toEqual(['p']);
  expect(schedulePod(wanting, state).node).toBeUndefined();
});

test('a pod that moves, ends or goes is followed', () => {
  const nodes = [node('a'), node('b')];
  const state = stateOf({ nodes, pods: [pod('p')] });
  const onA = pod('p', 'a');
  state.observe({ resource: 'pods', before: pod('p'), after: onA });
  expect([state.unassigned.size, state.node('a')?.pods.size]).toEqual([0, 1]);
  state.observe({ resource: 'pods', before: onA, after: undefined });
  expect(state.node('a')?.pods.size).toBe(0);
});
