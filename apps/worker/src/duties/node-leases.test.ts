import type { Lease, Node } from '@berth/kinds';
import { expect, test } from 'vitest';
import { orphanedLeases } from './node-leases.ts';

const now = new Date('2026-03-01T12:00:00Z');
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1_000).toISOString();
const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'one', uid: 'uid-1' } };

function lease(name: string, { renewed = 0, owner = '' }: { renewed?: number; owner?: string } = {}): Lease {
  const ownerReferences = owner ? [{ apiVersion: 'v1', kind: 'Node', name, uid: owner }] : [];
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease', ownerReferences },
    spec: { renewTime: ago(renewed) },
  };
}

test.each<[string, Lease, boolean]>([
  ['of a node that is there', lease('one', { owner: 'uid-1' }), false],
  ['of a node that is there and silent', lease('one', { owner: 'uid-1', renewed: 90_000 }), false],
  ['of a former node of that name', lease('one', { owner: 'uid-0' }), true],
  ['of a node that is gone', lease('two', { owner: 'uid-2' }), true],
  ['that names no node, of one that is there', lease('one', { renewed: 90_000 }), false],
  ['that names no node and was renewed within the hour', lease('two', { renewed: 3_600 }), false],
  ['that names no node and was not', lease('two', { renewed: 3_601 }), true],
])('a Lease %s', (_name, seen, isOrphaned) => {
  expect(orphanedLeases({ nodes: [node], leases: [seen] }, now)).toEqual(isOrphaned ? [seen] : []);
});
