import {
  byteLength,
  type FieldError,
  type KubeObject,
  nameIsDnsLabel,
  path,
  tooLong,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { platformMessages, tenantSchema } from './platform-schema.ts';

const maxDisplayNameBytes = 256;

/** Who owns clusters: a customer, a team. Its name stands in tokens and in usage. */
export interface Tenant extends KubeObject {
  spec?: { displayName?: string };
}

/** The kind of a {@link Tenant}. */
export const tenant: KindDefinition = {
  kind: 'Tenant',
  listKind: 'TenantList',
  plural: 'tenants',
  singular: 'tenant',
  shortNames: [],
  categories: ['berth'],
  scope: 'Cluster',
  versions: [{ group: 'platform.berth.dev', version: 'v1', message: platformMessages.tenant }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({ name: 'Display Name', description: 'The name that people see.', cell: displayNameOf }),
    ageColumn,
  ],
  nameRule: nameIsDnsLabel,
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validate,
    validateUpdate: validate,
  },
  selectableFields: {},
  hasGeneration: true,
  systemOnly: true,
  schema: tenantSchema,
};

function validate(object: KubeObject): readonly FieldError[] {
  const isLong = byteLength(displayNameOf(object)) > maxDisplayNameBytes;
  return isLong ? [tooLong(path('spec', 'displayName'), maxDisplayNameBytes)] : [];
}

function displayNameOf(object: KubeObject): string {
  const { spec }: Tenant = object;
  return spec?.displayName ?? '';
}
