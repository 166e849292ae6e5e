import { nameIsDns1035Label } from '@berth/machinery';
import type { KindDefinition } from '../kind-definition.ts';
import { kubernetesService } from './kubernetes-service.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus } from '../strategy/status-strategy.ts';
import { assignService } from './assign-service.ts';
import { defaultService } from './default-service.ts';
import { prepareServiceForCreate, prepareServiceForUpdate } from './prepare-service.ts';
import { serviceColumns } from './service-columns.ts';
import { serviceSpecOf } from './service-of.ts';
import { serviceUsage } from './service-usage.ts';
import { serviceWarnings } from './service-warnings.ts';
import { validateService, validateServiceStatus, validateServiceUpdate } from './validate-service.ts';

/**
 * https://kubernetes.io/docs/concepts/services-networking/service/
 *
 * The `proxy` subresource is not served.
 */
export const service: KindDefinition = {
  kind: 'Service',
  listKind: 'ServiceList',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.Service' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: serviceColumns,
  nameRule: nameIsDns1035Label,
  strategy: {
    applyDefaults: defaultService,
    prepareForCreate: prepareServiceForCreate,
    prepareForUpdate: prepareServiceForUpdate,
    validateCreate: validateService,
    validateUpdate: validateServiceUpdate,
    warnings: serviceWarnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateServiceStatus },
  },
  placedObjects: kubernetesService,
  selectableFields: {
    'spec.clusterIP': (object) => serviceSpecOf(object).clusterIP ?? '',
    'spec.type': (object) => serviceSpecOf(object).type ?? '',
  },
  hasGeneration: false,
  createOnUpdate: true,
  answersDeleteWithObject: true,
  usage: serviceUsage,
  assign: assignService,
};
