import { tenantRegistry } from '@berth/kinds';
import { expect, test } from 'vitest';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { tokenExpiry } from './reconcile.ts';

test('a Token goes a day after it ended, and not before', () => {
  const cluster = new MemoryCluster({ registry: tenantRegistry, reconcilers: [tokenExpiry] });
  const create = (name: string, expirationSeconds: number) =>
    cluster.create({
      apiVersion: 'access.berth.dev/v1',
      kind: 'Token',
      metadata: { name },
      spec: { user: 'ada', expirationSeconds },
    } as never);
  create('short', 3_600);
  create('long', 7_200);
  const names = () => cluster.list('tokens.access.berth.dev').map(({ metadata }) => metadata.name);
  cluster.advance(3_600 + 86_399);
  expect(names().toSorted()).toEqual(['long', 'short']);
  cluster.advance(1);
  expect(names()).toEqual(['long']);
  cluster.advance(3_600);
  expect(names()).toEqual([]);
  expect([cluster.timers.size, cluster.errors]).toEqual([0, []]);
});
