import type { KindRegistry } from '@berth/kinds';
import type { OpenApiResource } from '@berth/machinery';

/** The kinds of a registry as OpenAPI documents describe them, once per served version. */
export function openApiResources({ definitions }: KindRegistry): readonly OpenApiResource[] {
  return definitions.flatMap((definition) =>
    definition.versions.map(({ group, version, message }) => ({
      group,
      version,
      kind: definition.kind,
      listKind: definition.listKind,
      plural: definition.plural,
      namespaced: definition.scope === 'Namespaced',
      message,
      verbs: definition.verbs,
      subresources: definition.subresources,
    })),
  );
}
