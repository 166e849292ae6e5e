import type { PriorityLevel } from './priority-level.ts';
import type { Steering } from './steering.ts';

/** The seats that a level has of its own when its cluster has `total`: in proportion to its shares, rounded up. */
export function nominalSeats(level: PriorityLevel, { totalShares }: Steering, total: number): number {
  if (totalShares === 0) return total;
  return Math.ceil((total * level.shares) / totalShares);
}

/**
 * The seats that a level may use now: its own, and those that the other levels lend and do not use themselves. Others get
 * back what they lent as soon as requests end, for nobody borrows anew what its owner uses.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#priority-level-concurrency
 *
 * @param usedBy the seats that a level uses now, by its name
 */
export function seatLimit(
  level: PriorityLevel,
  steering: Steering,
  { total, usedBy }: { readonly total: number; readonly usedBy: (level: string) => number },
): number {
  if (level.response === 'exempt') return Number.POSITIVE_INFINITY;
  const nominal = nominalSeats(level, steering, total);
  let lent = 0;
  for (const other of steering.levels) {
    if (other === level || other.response === 'exempt' || other.lendable === 0) continue;
    const own = nominalSeats(other, steering, total);
    const lendable = Math.round(own * other.lendable);
    lent += Math.max(0, lendable - Math.max(0, usedBy(other.name) - (own - lendable)));
  }
  const borrowed =
    level.borrowing === undefined ? lent : Math.min(lent, Math.round(nominal * level.borrowing));
  return Math.min(total, nominal + borrowed);
}
