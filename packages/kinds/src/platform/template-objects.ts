import { badRequestError, decodeValue, type KubeObject, type ObjectMeta } from '@berth/machinery';
import { withMetadata } from '../lifecycle/metadata.ts';
import type { KindRegistry } from '../registry/kind-registry.ts';
import { apiVersionOf } from '../registry/resource-name.ts';

/** Where objects of a template go that name no namespace. */
const defaultNamespace = 'default';

/**
 * An object of a template as a request in a new cluster would bring it, of the storage version. It still has to pass the
 * lifecycle.
 *
 * @param kinds what the cluster serves
 * @throws StatusError `BadRequest` for what no request could create there
 */
export function decodeTemplateObject(
  kinds: KindRegistry,
  object: KubeObject,
  fieldValidation: 'Strict' | 'Ignore',
): KubeObject {
  const { apiVersion, kind } = object;
  const served = kinds.byGroupVersionKind(apiVersion, kind);
  const { definition, version } = served ?? {};
  if (
    !definition?.verbs.includes('create') ||
    !version ||
    definition.virtual ||
    definition.home === 'fleet'
  ) {
    throw badRequestError(`no object of kind ${kind} of ${apiVersion} can be created in a cluster`);
  }
  const target = { schema: kinds.schema, message: version.message, apiVersion, kind, fieldValidation };
  const decoded = decodeValue(object, target).object;
  const stored = version.convert?.toStorage(decoded) ?? decoded;
  const { namespace }: Partial<ObjectMeta> = decoded.metadata;
  const placed =
    definition.scope === 'Namespaced'
      ? withMetadata(stored, { namespace: namespace || defaultNamespace })
      : stored;
  return { ...placed, apiVersion: apiVersionOf(definition.versions[0]), kind };
}
