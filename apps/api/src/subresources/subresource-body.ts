import { apiVersionOf, type Subresource } from '@berth/kinds';
import { badRequestError, pageNotFoundError, type KubeObject } from '@berth/machinery';
import { decodeBody } from '../request/decode-body.ts';
import type { WriteOptions } from '../request/write-options.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

/** Decodes the body of a subresource that is of another kind than its parent (`Binding`, `Eviction`, `TokenRequest`). */
export async function decodeSubresourceBody<T extends KubeObject>(
  { c, scope }: ResourceRequest,
  { fieldValidation }: Pick<WriteOptions, 'fieldValidation'>,
): Promise<T> {
  const { definition, attributes, kinds } = scope;
  const subresource = definition.subresources.find(({ name }) => name === attributes.subresource);
  if (subresource?.kind === undefined) throw pageNotFoundError();
  const { kind } = subresource;
  const body = await decodeBody<T>(c, {
    schema: kinds.schema,
    message: messageOf({ ...subresource, kind }),
    apiVersion: apiVersionOf({ group: subresource.group ?? '', version: subresource.version ?? 'v1' }),
    kind,
    fieldValidation,
  });
  const { name, namespace } = body.metadata ?? {};
  if (namespace !== undefined && namespace !== '' && namespace !== scope.namespace) {
    throw badRequestError(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  if (name !== undefined && name !== '' && name !== scope.name) {
    throw badRequestError(`name in URL does not match name in ${kind} object`);
  }
  return body;
}

/** Kubernetes names its messages by group and version. */
function messageOf({
  group = '',
  version = 'v1',
  kind,
  message,
}: Subresource & { readonly kind: string }): string {
  if (message !== undefined) return message;
  const area = group === '' ? 'core' : group.split('.', 1)[0];
  return `k8s.io.api.${area}.${version}.${kind}`;
}
