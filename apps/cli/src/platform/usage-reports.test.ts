import { expect, test } from 'vitest';
import { amountsOfCluster, amountsTable, monthOf, reportPaths } from './usage-reports.ts';

const report = {
  kind: 'UsageReport',
  usage: [
    { cluster: 'prod', namespace: 'shop', resource: 'requests', amount: '6' },
    { cluster: 'prod', namespace: '', resource: 'requests', amount: '1' },
    { cluster: 'dev', namespace: 'shop', resource: 'cpu-seconds', amount: '2.5' },
  ],
};

test('of a tenant’s report a cluster’s part is shown by namespaces', () => {
  const amounts = amountsOfCluster(report, 'prod');
  expect(amounts).toEqual(report.usage.slice(0, 2));
  expect(amountsTable(amounts)).toBe(
    'NAMESPACE   RESOURCE   AMOUNT\nshop        requests   6\n<none>      requests   1\n',
  );
  expect(amountsOfCluster({}, 'prod')).toEqual([]);
});

test('reports are found by tenant and period', () => {
  expect(reportPaths.of('acme', monthOf(new Date('2026-11-25T01:00:00Z')))).toBe(
    '/apis/metering.berth.dev/v1/namespaces/acme/usagereports/2026-11',
  );
  expect(reportPaths.current()).toBe('/apis/metering.berth.dev/v1/usagereports');
});
