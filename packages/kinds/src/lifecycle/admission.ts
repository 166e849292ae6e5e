import { forbiddenError, type KubeObject } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { groupResource } from '../registry/resource-name.ts';
import type { LifecycleContext } from './mutation.ts';

/**
 * How other objects judge a new object, as Kubernetes' built-in admission plugins do. Pure; objects are of the storage
 * version.
 */
export interface KindAdmission {
  /** The resource whose objects judge (`limitranges`): those of the object's namespace, or of the cluster. */
  readonly policies: string;
  /** Whether they have a say about this object, as it was asked for. Default: always. What it spares is reading them. */
  readonly concerns?: (object: KubeObject) => boolean;
  /** Fills in what the object leaves out. After defaults, before everything else. */
  readonly mutate: (object: KubeObject, policies: readonly KubeObject[]) => KubeObject;
  /** Why the object is refused (403), in upstream's words; nothing if it is admitted. After validation. */
  readonly refuse: (object: KubeObject, policies: readonly KubeObject[]) => string | undefined;
  /** The same of an update through the main resource. Controllers' updates are not judged. Default: every update is admitted. */
  readonly refuseUpdate?: (update: AdmittedUpdate, policies: readonly KubeObject[]) => string | undefined;
}

export interface AdmittedUpdate {
  readonly next: KubeObject;
  readonly current: KubeObject;
}

/** The admissions that have a say about the object, each with the objects that judge, in order of their names. */
export function admissionsOf(
  kind: KindDefinition,
  object: KubeObject,
  context: Pick<LifecycleContext, 'policies'>,
): readonly Judging[] {
  return (kind.admission ?? []).flatMap((admission) => {
    if (admission.concerns?.(object) === false) return [];
    // Whoever forgets them would let everything pass.
    if (context.policies === undefined) throw new Error(`a new ${kind.kind} needs ${admission.policies}`);
    return [{ admission, policies: context.policies(admission.policies, object.metadata.namespace ?? '') }];
  });
}

interface Judging {
  readonly admission: KindAdmission;
  readonly policies: readonly KubeObject[];
}

/** The object with what admissions fill in. */
export function fillIn(object: KubeObject, judging: readonly Judging[]): KubeObject {
  return judging.reduce((filled, { admission, policies }) => admission.mutate(filled, policies), object);
}

/** @throws StatusError `Forbidden` */
export function requireAdmitted(kind: KindDefinition, object: KubeObject, judging: readonly Judging[]): void {
  for (const { admission, policies } of judging) {
    const explanation = admission.refuse(object, policies);
    if (explanation !== undefined) {
      throw forbiddenError(groupResource(kind), object.metadata.name, explanation);
    }
  }
}

/** @throws StatusError `Forbidden` */
export function requireUpdateAdmitted(
  kind: KindDefinition,
  update: AdmittedUpdate,
  context: Pick<LifecycleContext, 'policies'>,
): void {
  for (const { admission, policies } of admissionsOf(kind, update.next, context)) {
    const explanation = admission.refuseUpdate?.(update, policies);
    if (explanation !== undefined) {
      throw forbiddenError(groupResource(kind), update.next.metadata.name, explanation);
    }
  }
}
