import {
  conflictError,
  type FieldError,
  invalid,
  invalidError,
  type KubeObject,
  nameIsDnsSubdomain,
  path,
  validateObjectMeta,
} from '@berth/machinery';
import type { KindDefinition, KindScale } from '../kind-definition.ts';
import { groupResource } from '../registry/resource-name.ts';

/** `autoscaling/v1` Scale. */
export interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas: number; readonly selector?: string };
}

export const scaleTypeMeta = { apiVersion: 'autoscaling/v1', kind: 'Scale' } as const;

/** How many replicas an object wants and has, as its `scale` subresource shows it. */
export function scaleOf(scale: KindScale, object: KubeObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = scale.replicas(object);
  const selector = scale.selector(object);
  return {
    ...scaleTypeMeta,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    // Zero and empty are absent, as Go's `omitempty` has it.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: scale.currentReplicas(object), ...(selector === '' ? {} : { selector }) },
  };
}

/**
 * The object with the number of replicas, and the `resourceVersion`, that a Scale asks for.
 *
 * @throws StatusError `Invalid`, or `Conflict` if the Scale is another object's
 */
export function scaled(
  definition: KindDefinition & { readonly scale: KindScale },
  object: KubeObject,
  wanted: Scale,
): KubeObject {
  const replicas = wanted.spec?.replicas ?? 0;
  const { name } = object.metadata;
  const errors: FieldError[] = validateObjectMeta(wanted.metadata, {
    namespaced: definition.scope === 'Namespaced',
    nameRule: nameIsDnsSubdomain,
  });
  if (replicas < 0) {
    errors.push(invalid(path('spec', 'replicas'), replicas, 'must be greater than or equal to 0'));
  }
  if (errors.length > 0) throw invalidError({ group: 'autoscaling', kind: 'Scale' }, name, errors);
  const { uid, resourceVersion } = wanted.metadata;
  if (uid && uid !== object.metadata.uid) {
    const { group, resource } = groupResource(definition);
    const explanation = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`;
    throw conflictError({ group, resource: `${resource}/scale` }, name, explanation);
  }
  const { resourceVersion: _read, ...metadata } = object.metadata;
  return {
    ...definition.scale.withReplicas(object, replicas),
    metadata: resourceVersion ? { ...metadata, resourceVersion } : metadata,
  };
}
