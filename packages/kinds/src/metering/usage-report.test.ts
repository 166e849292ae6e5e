import { expect, test } from 'vitest';
import { cellsOf, objectOf } from '../registry/kind-fixture.ts';
import { currentPeriods, usagePeriod } from './usage-period.ts';
import { meteredName, usageCost, usageReport, usageTotals } from './usage-report.ts';

test.each<[string, string, string]>([
  ['2026-11', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ['2026-11-25t23', '2026-11-25T23:00:00.000Z', '2026-11-26T00:00:00.000Z'],
])('%s is a period', (name, from, to) => {
  expect(usagePeriod(name)).toEqual({ name, from: new Date(from), to: new Date(to) });
});

test.each(['2026', '2026-13', '2026-02-30', '2026-11-25t24', '2026-11-25t1', 'today', ''])(
  '%j is none',
  (name) => {
    expect(usagePeriod(name)).toBeUndefined();
  },
);

test('the current periods are this month and the last, today and yesterday', () => {
  const names = currentPeriods(new Date('2027-01-01T05:00:00Z')).map(({ name }) => name);
  expect(names).toEqual(['2027-01', '2026-12', '2027-01-01', '2026-12-31']);
});

test('a report sums up what was used, and what it costs', () => {
  const item = (counter: string, amount: string) => ({
    cluster: 'c',
    namespace: 'n',
    resource: meteredName(counter),
    amount,
  });
  const usage = [
    item('running.cpu', '5400.5'),
    item('running.cpu', '1799.5'),
    item('count/pods', '10'),
    item('count/jobs.batch', '0.25'),
    item('running.memory', String(3_600 * 2 ** 31)),
    item('requests', '7'),
  ];
  const totals = usageTotals(usage);
  expect(totals).toEqual({
    'cpu-seconds': '7200',
    'memory-byte-seconds': '7730941132800',
    'object-seconds': '10.25',
    requests: '7',
  });
  expect(usageCost(totals, { 'cpu-seconds': '10u', requests: '2', 'storage-byte-seconds': '1' })).toBe(
    '14.072',
  );
  expect(usageCost(totals, undefined)).toBeUndefined();
  const report = objectOf(usageReport, { tenant: 'acme', totals, cost: '14.072' });
  expect(cellsOf(usageReport, report, new Date())).toMatchObject({
    Tenant: 'acme',
    'CPU hours': '2',
    'GiB hours': '2',
    Requests: '7',
    Cost: '14.072',
  });
});
