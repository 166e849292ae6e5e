import type { StorageClass } from '../generated/api-types.ts';
import { withBootstrapObjects } from '../registry/with-bootstrap-objects.ts';
import { storageClass } from './storage-class.ts';

/** The classes of a cluster, of which these are stored: what nobody has looked at yet is there all the same. */
export function storageClassesWith(stored: readonly StorageClass[]): readonly StorageClass[] {
  // All objects of this kind are of this type.
  return withBootstrapObjects(storageClass, stored) as readonly StorageClass[];
}
