import type { KubeObject } from '@berth/machinery';
import { describe, expect, test } from 'vitest';
import { nodeWriteRefusal } from './node-write-refusal.ts';

const node = (labels: Record<string, string> = {}, members: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  ...members,
  metadata: { name: 'n1', labels },
});

describe('the labels of a node', () => {
  test.each<readonly [string, boolean]>([
    ['plain', true],
    ['example.com/rack', true],
    ['berth.dev/runtime', true],
    ['kubernetes.io/hostname', true],
    ['topology.kubernetes.io/zone', true],
    ['node.kubernetes.io/anything', true],
    ['a.kubelet.kubernetes.io/x', true],
    ['kubernetes.io/role', false],
    ['node-role.kubernetes.io/control-plane', false],
    ['x.k8s.io/y', false],
    ['notkubernetes.io/x', true],
    ['node-restriction.kubernetes.io/secure', false],
    ['example.node-restriction.kubernetes.io/secure', false],
    ['platform.berth.dev/node-pool', false],
  ])('%s: its own to set: %s', (label, isAllowed) => {
    const create = nodeWriteRefusal('n1', {
      resource: 'nodes',
      subresource: '',
      next: node({ [label]: 'v' }),
    });
    expect(create).toBe(
      isAllowed ? undefined : `node "n1" is not allowed to set the following labels: ${label}`,
    );
    const message = `node "n1" is not allowed to modify labels: ${label}`;
    for (const [from, to] of [
      [{}, { [label]: 'v' }],
      [{ [label]: 'v' }, { [label]: 'w' }],
      [{ [label]: 'v' }, {}],
    ] as const) {
      for (const subresource of ['', 'status']) {
        const update = { resource: 'nodes', subresource, next: node(to), current: node(from) };
        expect(nodeWriteRefusal('n1', update)).toBe(isAllowed ? undefined : message);
      }
    }
  });

  test('that stay as they are may be anybody’s', () => {
    const labels = { 'kubernetes.io/role': 'x', 'node-restriction.kubernetes.io/a': 'b' };
    const update = {
      resource: 'nodes',
      subresource: '',
      next: node({ ...labels, mine: 'x' }),
      current: node(labels),
    };
    expect(nodeWriteRefusal('n1', update)).toBeUndefined();
  });
});

test('a node sets its taints when it joins, and never again', () => {
  const tainted = node({}, { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } });
  const write = { resource: 'nodes', subresource: '', next: tainted };
  expect(nodeWriteRefusal('n1', write)).toBeUndefined();
  const message = 'node "n1" is not allowed to modify taints';
  expect(nodeWriteRefusal('n1', { ...write, current: node() })).toBe(message);
  expect(nodeWriteRefusal('n1', { ...write, next: node(), current: tainted })).toBe(message);
  expect(nodeWriteRefusal('n1', { ...write, current: tainted })).toBeUndefined();
  // Through the status it could not change them anyway.
  expect(nodeWriteRefusal('n1', { ...write, subresource: 'status', current: node() })).toBeUndefined();
});

test('a node does not give itself an owner, whose end would be its own', () => {
  const owned = node();
  owned.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }];
  const write = { resource: 'nodes', subresource: 'status', next: owned, current: node() };
  expect(nodeWriteRefusal('n1', write)).toBe('node "n1" is not allowed to modify ownerReferences');
});

test('the status of a pod is no way to its labels', () => {
  const pod = (labels: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels },
  });
  const write = { resource: 'pods', subresource: 'status', next: pod({ app: 'x' }), current: pod({}) };
  expect(nodeWriteRefusal('n1', write)).toBe('node "n1" cannot update labels through pod status');
  expect(nodeWriteRefusal('n1', { ...write, current: pod({ app: 'x' }) })).toBeUndefined();
});
