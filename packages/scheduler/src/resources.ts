import { quantityMillis, quantityUnits } from '@berth/machinery';

/** Amounts of resources. Cpu in millicores, memory in bytes, all others (`ephemeral-storage`, extended) in whole units. */
export interface Resources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Only those that are not zero. */
  readonly others: ReadonlyMap<string, number>;
}

export const noResources: Resources = { cpuMillis: 0, memoryBytes: 0, others: new Map() };

/** Few quantities are written in a cluster, and each a great many times. */
const parsed = new Map<string, number>();
const longestMemo = 10_000;

/** Amounts of a resource list (`requests`, `allocatable`, `overhead`). */
export function resourcesOf(list: Readonly<Record<string, string>> | undefined): Resources {
  if (!list) return noResources;
  let cpuMillis = 0;
  let memoryBytes = 0;
  let others: Map<string, number> | undefined;
  for (const [name, quantity] of Object.entries(list)) {
    if (name === 'cpu') cpuMillis = amountOf(quantity, 'millis');
    else if (name === 'memory') memoryBytes = amountOf(quantity, 'units');
    else {
      const amount = amountOf(quantity, 'units');
      if (amount !== 0) others = (others ?? new Map<string, number>()).set(name, amount);
    }
  }
  return { cpuMillis, memoryBytes, others: others ?? noResources.others };
}

export function addResources(left: Resources, right: Resources): Resources {
  return combine(left, right, (a, b) => a + b);
}

/** For each resource the larger amount. */
export function largerResources(left: Resources, right: Resources): Resources {
  return combine(left, right, Math.max);
}

function combine(left: Resources, right: Resources, merge: (a: number, b: number) => number): Resources {
  let { others } = left;
  if (right.others.size > 0) {
    const merged = new Map(left.others);
    for (const [name, amount] of right.others) merged.set(name, merge(merged.get(name) ?? 0, amount));
    others = merged;
  }
  return {
    cpuMillis: merge(left.cpuMillis, right.cpuMillis),
    memoryBytes: merge(left.memoryBytes, right.memoryBytes),
    others,
  };
}

function amountOf(quantity: string, unit: 'millis' | 'units'): number {
  const key = `${unit}:${quantity}`;
  let amount = parsed.get(key);
  if (amount === undefined) {
    amount = unit === 'millis' ? quantityMillis(quantity) : quantityUnits(quantity);
    if (parsed.size >= longestMemo) parsed.clear();
    parsed.set(key, amount);
  }
  return amount;
}
