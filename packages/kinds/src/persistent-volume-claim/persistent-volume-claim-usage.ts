import {
  compareQuantities,
  formatQuantity,
  type KubeObject,
  type ObjectUsage,
  parseQuantity,
} from '@berth/machinery';
import type { PersistentVolumeClaim } from '../generated/api-types.ts';
import { classOf } from '../storage-class/class-of.ts';

/** What a claim uses of quotas, also by its storage class. https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-for-storage */
export function persistentVolumeClaimUsage(object: KubeObject): ObjectUsage {
  const claim: PersistentVolumeClaim = object;
  const storage = storageOf(claim);
  const amounts: Record<string, string> = {};
  if (storage !== undefined) amounts['requests.storage'] = storage;
  const storageClass = classOf(claim);
  if (storageClass) {
    const ofClass = `${storageClass}.storageclass.storage.k8s.io`;
    amounts[`${ofClass}/persistentvolumeclaims`] = '1';
    if (storage !== undefined) amounts[`${ofClass}/requests.storage`] = storage;
  }
  return { tags: ['Claim', ...attributesClassTags(claim)], amounts };
}

/** Whole bytes; while a claim is resized, whatever is more. */
function storageOf({ spec, status }: PersistentVolumeClaim): string | undefined {
  const requested = spec?.resources?.requests?.['storage'];
  if (requested === undefined) return undefined;
  const allocated = status?.allocatedResources?.['storage'] ?? '0';
  const quantity = parseQuantity(compareQuantities(allocated, requested) > 0 ? allocated : requested);
  const rest = quantity.nanos % nanosPerUnit;
  return formatQuantity(
    rest === 0n ? quantity : { ...quantity, nanos: quantity.nanos - rest + nanosPerUnit },
  );
}

const nanosPerUnit = 10n ** 9n;

/** The class that the claim wants, has, or is on the way to. */
function attributesClassTags({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].flatMap((name) => (name ? [name] : []));
  if (names.length === 0) return [];
  return ['VolumeAttributesClass', ...[...new Set(names)].map((name) => `VolumeAttributesClass=${name}`)];
}
