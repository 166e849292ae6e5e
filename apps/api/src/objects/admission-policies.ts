import { apiVersionOf, type LifecycleContext } from '@berth/kinds';
import { decodeStoredBody } from '@berth/machinery';
import type { ResourceScope } from '../route/resource-scope.ts';

/** What a new object of the request's kind will be judged by, for the pure lifecycle. */
export async function admissionPolicies(
  scope: ResourceScope,
): Promise<Required<Pick<LifecycleContext, 'policies'>>> {
  const { admission } = scope.definition;
  if (admission === undefined) return { policies: () => [] };
  const stored = await scope.readPolicies(admission.policies);
  const definition = scope.kinds.byResource(admission.policies);
  if (definition === undefined) throw new Error(`no cluster serves ${admission.policies}`);
  const typeMeta = { apiVersion: apiVersionOf(definition.versions[0]), kind: definition.kind };
  const policies = stored.map(({ body, revision }) => decodeStoredBody(body, revision, typeMeta));
  return { policies: () => policies };
}
