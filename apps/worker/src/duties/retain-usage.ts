import type { Store } from '@berth/store';

const dayMs = 24 * 60 * 60_000;
/** So long hours can be made again from their pieces. */
const keepPiecesMs = 8 * dayMs;
/** A year, and the month after it in which it is settled. */
const keepHoursMs = 400 * dayMs;

/** Drops metered usage that nobody will ask for. */
export function retainUsage(store: Store, now: Date): Promise<void> {
  return store.metering.drop({
    piecesBefore: new Date(now.getTime() - keepPiecesMs),
    hoursBefore: new Date(now.getTime() - keepHoursMs),
  });
}
