import { type KindScale, type Scale, scaleColumns, scaled, scaleOf, scaleTypeMeta } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { ResourceScope } from '../route/resource-scope.ts';
import { fromStorage, toStorage } from './versions.ts';

/** What the body of a request is to the stored object: the object itself, or what a subresource shows of it. */
export interface BodyForm {
  /** As far as the body is concerned: its type, its columns, how errors call it. */
  readonly scope: ResourceScope;
  /** Whether the body is the object itself, which then need not be parsed to be shown. */
  readonly isObject: boolean;
  readonly show: (stored: KubeObject) => KubeObject;
  /** The stored object as the body wants it, before defaults. `live` is what there is, where there is something. */
  readonly take: (body: KubeObject, live: KubeObject | undefined) => KubeObject;
  /** What server-side apply applies to the object, in the version of the request. */
  readonly applied: (body: KubeObject) => KubeObject;
}

export function bodyFormOf(scope: ResourceScope): BodyForm {
  const { scale } = scope.definition;
  return scale && scope.attributes.subresource === 'scale' ? scaleForm(scope, scale) : objectForm(scope);
}

function objectForm(scope: ResourceScope): BodyForm {
  return {
    scope,
    isObject: true,
    show: (stored) => fromStorage(scope, stored),
    take: (body) => toStorage(scope, body),
    applied: (body) => body,
  };
}

function scaleForm(scope: ResourceScope, scale: KindScale): BodyForm {
  const { definition, groupResource } = scope;
  return {
    scope: {
      ...scope,
      definition: { ...definition, columns: scaleColumns },
      version: { group: 'autoscaling', version: 'v1', message: 'k8s.io.api.autoscaling.v1.Scale' },
      typeMeta: scaleTypeMeta,
      groupResource: { ...groupResource, resource: `${groupResource.resource}/scale` },
    },
    isObject: false,
    show: (stored) => scaleOf(scale, stored),
    take: (body, live) => (live === undefined ? body : scaled({ ...definition, scale }, live, asScale(body))),
    applied: ({ metadata, spec }) => appliedReplicas(scope, { metadata, spec, path: scale.replicasPath }),
  };
}

function asScale(body: KubeObject): Scale {
  // The body was decoded as one.
  return body as Scale;
}

/** A configuration of the object that has nothing but its number of replicas. */
function appliedReplicas(
  { typeMeta }: ResourceScope,
  scale: { metadata: KubeObject['metadata']; spec: unknown; path: readonly string[] },
): KubeObject {
  // The decoder has checked the types of a Scale.
  const { replicas } = (scale.spec ?? {}) as NonNullable<Scale['spec']>;
  if (replicas === undefined) return { ...typeMeta, metadata: scale.metadata };
  const members = scale.path.reduceRight<unknown>((inner, field) => ({ [field]: inner }), replicas);
  return { ...typeMeta, metadata: scale.metadata, ...(members as object) };
}
