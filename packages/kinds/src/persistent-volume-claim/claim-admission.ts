import { compareQuantities, type KubeObject } from '@berth/machinery';
import type { PersistentVolumeClaim, StorageClass } from '../generated/api-types.ts';
import type { AdmittedUpdate, KindAdmission } from '../lifecycle/admission.ts';
import { refuseClaim } from '../limit-range/refuse-claim.ts';
import { classOf, namesClass } from '../storage-class/class-of.ts';
import { defaultClassOf } from '../storage-class/default-class.ts';

/** https://kubernetes.io/docs/concepts/policy/limit-range/: new claims and changed ones keep to the ranges of their namespace. */
export const claimLimits: KindAdmission = {
  policies: 'limitranges',
  mutate: (object) => object,
  refuse: refuseBy,
  refuseUpdate: ({ next }, policies) => refuseBy(next, policies),
};

function refuseBy(object: KubeObject, policies: readonly KubeObject[]): string | undefined {
  // Policies are of the resource that the admission names.
  return refuseClaim(object, policies);
}

/** A claim that says nothing of a class gets the default one; a claim may grow where its class says so. */
export const claimClass: KindAdmission = {
  policies: 'storageclasses.storage.k8s.io',
  mutate: (object, classes) => withDefaultClass(object, classes),
  refuse: () => undefined,
  refuseUpdate: refuseExpansion,
};

/** The claim with the default class, where it says nothing of one and there is one. */
export function withDefaultClass(
  claim: PersistentVolumeClaim,
  classes: readonly KubeObject[],
): PersistentVolumeClaim {
  if (namesClass(claim)) return claim;
  const found = defaultClassOf(classes);
  if (found === undefined) return claim;
  return { ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name } };
}

function refuseExpansion(
  { next, current }: AdmittedUpdate,
  classes: readonly KubeObject[],
): string | undefined {
  if (compareQuantities(storageOf(next), storageOf(current)) <= 0) return undefined;
  const name = classOf(next);
  const own = classes.find(({ metadata }) => metadata.name === name) as StorageClass | undefined;
  if (name !== '' && name === classOf(current) && own?.allowVolumeExpansion === true) return undefined;
  return 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
}

function storageOf({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.['storage'] ?? '0';
}
