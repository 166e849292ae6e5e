/** The lists of a `ResourceRequirements`, and of a volume claim's. */
interface ResourceLists {
  limits?: Record<string, string>;
  requests?: Record<string, string>;
}

/** Amounts are kept to the thousandth; what is finer is rounded up, in place. Amounts are in canonical form. */
export function roundUpResources(resources: ResourceLists | undefined): void {
  for (const list of [resources?.limits, resources?.requests]) {
    for (const [name, amount] of Object.entries(list ?? {})) {
      const rounded = roundUpToMilli(amount);
      if (list && rounded !== amount) list[name] = rounded;
    }
  }
}

function roundUpToMilli(amount: string): string {
  const [, sign = '', digits, unit] = /^(-?)(\d+)([nu])$/.exec(amount) ?? [];
  if (digits === undefined) return amount;
  const perMilli = unit === 'n' ? 1_000_000n : 1_000n;
  const milli = (BigInt(digits) + perMilli - 1n) / perMilli;
  return `${sign}${milli % 1_000n === 0n ? `${milli / 1_000n}` : `${milli}m`}`;
}
