import { apiVersionOf, type KindAdmission, type LifecycleContext, withBootstrapObjects } from '@berth/kinds';
import { decodeStoredBody, type KubeObject } from '@berth/machinery';
import type { ResourceScope } from '../route/resource-scope.ts';

type Policies = Required<Pick<LifecycleContext, 'policies'>>;

/** What a new object of the request's kind will be judged by, for the pure lifecycle. */
export function admissionPolicies(scope: ResourceScope, object: KubeObject): Promise<Policies> {
  return readPolicies(scope, (scope.definition.admission ?? []).filter(concerning(object)));
}

/** What an update of an object of the request's kind will be judged by. */
export function updatePolicies(scope: ResourceScope, next: KubeObject): Promise<Policies> {
  const admissions = (scope.definition.admission ?? []).filter(({ refuseUpdate }) => refuseUpdate);
  return readPolicies(scope, admissions.filter(concerning(next)));
}

function concerning(object: KubeObject): (admission: KindAdmission) => boolean {
  return ({ concerns }) => concerns?.(object) !== false;
}

async function readPolicies(scope: ResourceScope, admissions: readonly KindAdmission[]): Promise<Policies> {
  const read = new Map(
    await Promise.all(
      admissions.map(async ({ policies }) => [policies, await policiesOf(scope, policies)] as const),
    ),
  );
  return { policies: (resource) => read.get(resource) ?? [] };
}

async function policiesOf(scope: ResourceScope, resource: string): Promise<readonly KubeObject[]> {
  const definition = scope.kinds.byResource(resource);
  if (definition === undefined) throw new Error(`no cluster serves ${resource}`);
  const stored = await scope.readPolicies(resource, definition.scope);
  const typeMeta = { apiVersion: apiVersionOf(definition.versions[0]), kind: definition.kind };
  return withBootstrapObjects(
    definition,
    stored.map(({ body, revision }) => decodeStoredBody(body, revision, typeMeta)),
  );
}
