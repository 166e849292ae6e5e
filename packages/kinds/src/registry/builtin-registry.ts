import type { SchemaTable } from '@berth/machinery';
import schema from '../schema/schema-1.36.json' with { type: 'json' };
import { clusterTemplateKind } from '../platform/cluster-template.ts';
import { builtinKinds } from './builtin-kinds.ts';
import { createRegistry } from './create-registry.ts';
import type { KindRegistry } from './kind-registry.ts';

/** The messages of Kubernetes 1.36. */
// The compiler infers the table's literal types, which are wider than SchemaField's unions.
export const kubernetesSchema = schema as unknown as SchemaTable;

/** The registry of every other cluster that has no definitions of its own. */
export const tenantRegistry: KindRegistry = createRegistry(
  builtinKinds.filter(({ systemOnly }) => !systemOnly),
  kubernetesSchema,
);

/** Every kind: the registry of the `system` cluster. */
export const builtinRegistry: KindRegistry = createRegistry(
  [...builtinKinds, clusterTemplateKind(tenantRegistry)],
  kubernetesSchema,
);
