import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { ServiceAccount } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';

/** https://kubernetes.io/docs/concepts/security/service-accounts/ */
export const serviceAccount: KindDefinition = {
  kind: 'ServiceAccount',
  listKind: 'ServiceAccountList',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.ServiceAccount' }],
  verbs: objectVerbs,
  subresources: [
    {
      name: 'token',
      verbs: ['create'],
      kind: 'TokenRequest',
      group: 'authentication.k8s.io',
      version: 'v1',
      holdsSecrets: true,
    },
  ],
  columns: [
    nameColumn,
    textColumn({
      name: 'Secrets',
      description: 'Number of secrets that pods of this account may use.',
      cell: (object) => ((object as ServiceAccount).secrets ?? []).length,
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: namesOfSecretsAlone,
    prepareForUpdate: namesOfSecretsAlone,
    validateCreate: noErrors,
    validateUpdate: noErrors,
  },
  selectableFields: {},
  hasGeneration: false,
  requiresResourceVersion: true,
  answersDeleteWithObject: true,
};

/** A reference to a secret is its name; whatever else a client writes there is dropped. */
function namesOfSecretsAlone(object: KubeObject): KubeObject {
  const { secrets, ...rest } = object as ServiceAccount;
  if (!secrets) return object;
  const references = secrets.map(({ name }) => (name === undefined ? {} : { name }));
  return { ...rest, secrets: references } as ServiceAccount;
}
