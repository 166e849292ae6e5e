import { forbiddenError, type KubeObject } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { groupResource } from '../registry/resource-name.ts';
import type { LifecycleContext } from './mutation.ts';

/**
 * How other objects of its namespace judge a new object, as Kubernetes' built-in admission plugins do. Pure; objects are
 * of the storage version.
 */
export interface KindAdmission {
  /** The resource whose objects judge (`limitranges`). */
  readonly policies: string;
  /** Fills in what the object leaves out. After defaults, before everything else. */
  readonly mutate: (object: KubeObject, policies: readonly KubeObject[]) => KubeObject;
  /** Why the object is refused (403), in upstream's words; nothing if it is admitted. After validation. */
  readonly refuse: (object: KubeObject, policies: readonly KubeObject[]) => string | undefined;
}

/** The objects that judge a new object of the namespace, in order of their names. */
export function policiesOf(
  kind: KindDefinition,
  namespace: string,
  context: LifecycleContext,
): readonly KubeObject[] {
  if (kind.admission === undefined) return [];
  // Whoever forgets them would let everything pass.
  if (context.policies === undefined) throw new Error(`a new ${kind.kind} needs ${kind.admission.policies}`);
  return context.policies(kind.admission.policies, namespace);
}

/** @throws StatusError `Forbidden` */
export function requireAdmitted(
  kind: KindDefinition,
  object: KubeObject,
  policies: readonly KubeObject[],
): void {
  if (policies.length === 0) return;
  const explanation = kind.admission?.refuse(object, policies);
  if (explanation !== undefined) throw forbiddenError(groupResource(kind), object.metadata.name, explanation);
}
