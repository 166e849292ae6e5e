import type { MasterKeys } from '@berth/auth';
import type { ObjectKey, Store } from '@berth/store';

export interface ResealedData {
  readonly objects: number;
  /** `<cluster>: <resource> <namespace>/<name>` of what does not open. */
  readonly unreadable: readonly string[];
  /** Retired data keys that were removed. */
  readonly dropped: number;
}

/**
 * Gives every cluster a data key that was made under the newest master key, and seals its objects with it. Clusters that
 * have one are only gone through for what is left, so that it may be ended at any moment and begun again.
 */
export async function resealData(
  store: Pick<Store, 'storedKeys' | 'listClusterIds'>,
  masterKeys: MasterKeys,
): Promise<ResealedData> {
  const { id } = await masterKeys.current();
  const total = { objects: 0, unreadable: [] as string[], dropped: 0 };
  for (const clusterId of await store.listClusterIds()) {
    await store.storedKeys.renewDataKey(clusterId, id);
    let after: ObjectKey | undefined;
    do {
      const { resealed, unreadable, next } = await store.storedKeys.resealObjects(clusterId, after);
      total.objects += resealed;
      total.unreadable.push(...unreadable.map((key) => `${clusterId}: ${nameOf(key)}`));
      after = next;
    } while (after !== undefined);
    total.dropped += await store.storedKeys.dropUnusedDataKeys(clusterId);
  }
  return total;
}

function nameOf({ resource, namespace, name }: ObjectKey): string {
  return namespace === '' ? `${resource} ${name}` : `${resource} ${namespace}/${name}`;
}
