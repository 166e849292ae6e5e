import { addQuantities, type KubeObject, parseQuantity, type Quantity } from '@berth/machinery';
import { nameColumn, textColumn } from '../columns/object-columns.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';
import { meteringVersion, usageReportMessage, usageReportSchema } from './usage-report-schema.ts';

/**
 * What was used in a period: in the system cluster's namespace of a tenant by all of its clusters, in a cluster by the
 * namespace. Its name is the period, in UTC: `2026-11`, `2026-11-25`, `2026-11-25t13`.
 */
export interface UsageReport extends KubeObject {
  readonly from: string;
  /** Of a period that has not ended: when the report was made. */
  readonly to: string;
  readonly tenant: string;
  /** By metered resource, as plain decimals: see {@link meteredName}. */
  readonly totals: Readonly<Record<string, string>>;
  /** The totals by the price weights of the tenant's plan. Absent without any. */
  readonly cost?: string;
  readonly usage: readonly UsageItem[];
}

export interface UsageItem {
  /** '' for clusters that are gone. */
  readonly cluster: string;
  readonly namespace: string;
  readonly resource: string;
  readonly amount: string;
}

const meteredNames: ReadonlyMap<string, string> = new Map([
  ['running.cpu', 'cpu-seconds'],
  ['running.memory', 'memory-byte-seconds'],
  ['requests.storage', 'storage-byte-seconds'],
  ['requests', 'requests'],
]);

/** The name under which reports show and plans price what a counter came to. Objects of all kinds are one. */
export function meteredName(counter: string): string {
  return meteredNames.get(counter) ?? 'object-seconds';
}

/** The sums of amounts by resource, in order of their names. */
export function usageTotals(usage: readonly UsageItem[]): Record<string, string> {
  const totals = new Map<string, Quantity>();
  for (const { resource, amount } of usage) {
    totals.set(resource, addQuantities(totals.get(resource) ?? '0', amount));
  }
  return Object.fromEntries(
    [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sum]) => [name, decimal(sum)]),
  );
}

/** What totals cost by the weights of a plan; undefined if the plan has none. */
export function usageCost(
  totals: Readonly<Record<string, string>>,
  weights: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (weights === undefined) return undefined;
  let nanos = 0n;
  for (const [resource, weight] of Object.entries(weights)) {
    nanos += (parseQuantity(totals[resource] ?? '0').nanos * parseQuantity(weight).nanos) / nanosPerUnit;
  }
  return decimal({ nanos, format: 'DecimalSI' });
}

const nanosPerUnit = 10n ** 9n;

function decimal({ nanos }: Quantity): string {
  const fraction = String(nanos % nanosPerUnit)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${nanos / nanosPerUnit}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The kind of a {@link UsageReport}: made when it is asked for. */
export const usageReport: KindDefinition = {
  kind: 'UsageReport',
  listKind: 'UsageReportList',
  plural: 'usagereports',
  singular: 'usagereport',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ ...meteringVersion, message: usageReportMessage }],
  verbs: ['get', 'list'],
  subresources: [],
  columns: [
    nameColumn,
    textColumn({ name: 'Tenant', description: 'Whose usage it is.', cell: ofReport(({ tenant }) => tenant) }),
    textColumn({
      name: 'CPU hours',
      description: 'Cores that pods requested, by hours.',
      cell: hours('cpu-seconds', 1),
    }),
    textColumn({
      name: 'GiB hours',
      description: 'Memory that pods requested, by hours.',
      cell: hours('memory-byte-seconds', 2 ** 30),
    }),
    textColumn({
      name: 'Requests',
      description: 'Requests that were answered.',
      cell: ofReport(({ totals }) => totals['requests'] ?? '0'),
    }),
    textColumn({
      name: 'Cost',
      description: "By the plan's price weights.",
      cell: ofReport(({ cost }) => cost ?? ''),
    }),
  ],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: noErrors,
    validateUpdate: noErrors,
  },
  selectableFields: {},
  hasGeneration: false,
  virtual: true,
  schema: usageReportSchema,
};

function hours(resource: string, unit: number): (object: KubeObject) => string {
  return ofReport(({ totals }) => formatHours(Number(totals[resource] ?? 0) / 3_600 / unit));
}

function formatHours(amount: number): string {
  return String(Number(amount.toFixed(3)));
}

/** Only reports come to the columns of their kind. */
function ofReport<T>(read: (report: UsageReport) => T): (object: KubeObject) => T {
  return (object) => read(object as UsageReport);
}
