import type { Pod } from '@berth/kinds';
import { goQuote, quantityUnits } from '@berth/machinery';
import { directorySize } from '../usage/directory-size.ts';

/**
 * Why a pod has to go: one of its emptyDir volumes holds more than it may. In the kubelet's words; undefined if none does.
 * Volumes in memory are held to their size by the file system itself.
 */
export async function exceededVolume(
  { spec }: Pod,
  directoryOf: (volume: string) => string,
): Promise<string | undefined> {
  for (const { name, emptyDir } of spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit === undefined || quantityUnits(limit) <= 0) continue;
    if ((await directorySize(directoryOf(name))) > quantityUnits(limit)) {
      // The space at its end is upstream's, too.
      return `Usage of EmptyDir volume ${goQuote(name)} exceeds the limit ${goQuote(limit)}. `;
    }
  }
  return undefined;
}

/** Whether there is anything to measure. */
export function hasLimitedVolumes({ spec }: Pod): boolean {
  return (spec?.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined);
}
