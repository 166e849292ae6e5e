import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import { boundByControllerAnnotation, isReservedFor } from './binding-rules.ts';

/** The volume with a reference to the claim: the volume controller does the rest. */
export function tiedTo(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolume {
  const { name, namespace = '', uid = '', resourceVersion } = claim.metadata;
  const isNew = !isReservedFor(volume, claim);
  const annotations = {
    ...volume.metadata.annotations,
    ...(isNew && { [boundByControllerAnnotation]: 'yes' }),
  };
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
  const claimRef = resourceVersion === undefined ? reference : { ...reference, resourceVersion };
  const hasAnnotations = Object.keys(annotations).length > 0;
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(hasAnnotations && { annotations }) },
    spec: { ...volume.spec, claimRef },
  };
}
