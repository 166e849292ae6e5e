import type { PersistentVolume, PersistentVolumeClaim } from '../generated/api-types.ts';

/** Named the class before there was a field for it. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** The name of the class of a claim or volume; '' for none. */
export function classOf(object: PersistentVolumeClaim | PersistentVolume): string {
  return object.metadata.annotations?.[classAnnotation] ?? object.spec?.storageClassName ?? '';
}

/** Whether the claim says anything about its class: '' says that it wants none. */
export function namesClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[classAnnotation] !== undefined || typeof spec?.storageClassName === 'string';
}
