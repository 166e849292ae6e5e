import { expect, test } from 'vitest';
import { usageRows } from './usage-rows.ts';

test('usage stands beside the limit of the same resource, and neither is left out without the other', () => {
  const status = { used: { pods: '3', clusters: '1' }, hard: { pods: '10', 'requests.cpu': '4' } };
  expect(usageRows({ metadata: { name: 'acme' }, status }, 'Tenant')).toEqual([
    { tenant: 'acme', resource: 'clusters', used: '1' },
    { tenant: 'acme', resource: 'pods', used: '3', limit: '10' },
    { tenant: 'acme', resource: 'requests.cpu', used: '0', limit: '4' },
  ]);
});

test('a cluster tells what it uses of its tenant’s', () => {
  const cluster = {
    metadata: { name: 'prod', namespace: 'acme' },
    status: { phase: 'Ready', used: { pods: '3' } },
  };
  expect(usageRows(cluster, 'Cluster')).toEqual([
    { tenant: 'acme', cluster: 'prod', resource: 'pods', used: '3' },
  ]);
  expect(usageRows({ metadata: { name: 'new', namespace: 'acme' } }, 'Cluster')).toEqual([]);
});
