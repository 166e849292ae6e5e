import { expect, test } from 'vitest';
import { nodePoolsOf } from './node-pools.ts';

test.for([
  { cluster: {}, plan: {}, pools: undefined },
  { cluster: {}, plan: { nodePools: [] }, pools: undefined },
  { cluster: {}, plan: { nodePools: ['silver', 'gold'] }, pools: ['gold', 'silver'] },
  { cluster: { nodePool: 'gold' }, plan: {}, pools: ['gold'] },
  { cluster: { nodePool: 'gold' }, plan: { nodePools: ['silver', 'gold'] }, pools: ['gold'] },
  { cluster: { nodePool: 'gold' }, plan: { nodePools: ['silver'] }, pools: [] },
  { cluster: { ownNodes: true }, plan: { nodePools: ['silver'] }, pools: [] },
])('a cluster of $cluster under a plan of $plan uses the pools $pools', ({ cluster, plan, pools }) => {
  expect(nodePoolsOf(cluster, plan)).toEqual(pools);
});
