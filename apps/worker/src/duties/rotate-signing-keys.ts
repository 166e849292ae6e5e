import { clockSkewMs, keysPublishedForMs, type KeyRing } from '@berth/auth';
import type { Store } from '@berth/store';

/** So many clusters at a time: clusters that were made together come due together. */
const mostAtOnce = 500;

export interface KeyRotation {
  readonly store: Pick<Store, 'signingKeys'>;
  readonly keys: Pick<KeyRing, 'rotate'>;
  readonly now: () => Date;
  /** For how long a key signs. */
  readonly rotateAfterMs: number;
}

/**
 * Gives clusters whose keys have signed for long enough new ones, and removes keys whose last token has ended.
 *
 * @returns how many keys were made and removed
 */
export async function rotateSigningKeys({ store, keys, now, rotateAfterMs }: KeyRotation) {
  const at = now().getTime();
  const clusterIds = await store.signingKeys.clustersToRotate({
    signsBefore: new Date(at - rotateAfterMs + keysPublishedForMs),
    endedBefore: new Date(at - clockSkewMs),
    limit: mostAtOnce,
  });
  let made = 0;
  let removed = 0;
  for (const clusterId of clusterIds) {
    const done = await keys.rotate(clusterId, { rotateAfterMs, publishedForMs: keysPublishedForMs });
    made += done.create.length;
    removed += done.remove.length;
  }
  return { made, removed };
}
