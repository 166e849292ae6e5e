import type { Pod } from '@berth/kinds';

/** A claim that a pod uses. */
export interface PodClaim {
  readonly name: string;
  /** Made for the pod, and gone with it. */
  readonly isEphemeral: boolean;
}

/** The claims that the pod's volumes name, and those that are made for it. */
export function claimsOfPod({ metadata, spec }: Pod): readonly PodClaim[] {
  return (spec?.volumes ?? []).flatMap((volume): PodClaim[] => {
    const name = volume.persistentVolumeClaim?.claimName;
    if (name !== undefined) return [{ name, isEphemeral: false }];
    return volume.ephemeral ? [{ name: `${metadata.name}-${volume.name}`, isEphemeral: true }] : [];
  });
}
