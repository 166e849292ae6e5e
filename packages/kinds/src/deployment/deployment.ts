import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { replicaScale, scaleSubresource } from '../strategy/replica-scale.ts';
import { deploymentOf } from './deployment-of.ts';
import { defaultDeployment } from './default-deployment.ts';
import { deploymentColumns } from './deployment-columns.ts';
import { deploymentWarnings } from './deployment-warnings.ts';
import {
  prepareDeploymentForCreate,
  prepareDeploymentForUpdate,
  prepareDeploymentStatus,
} from './prepare-deployment.ts';
import { validateDeploymentStatusUpdate } from './validate-deployment-status.ts';
import { validateDeployment, validateDeploymentUpdate } from './validate-deployment.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
export const deployment: KindDefinition = {
  kind: 'Deployment',
  listKind: 'DeploymentList',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ group: 'apps', version: 'v1', message: 'k8s.io.api.apps.v1.Deployment' }],
  verbs: objectVerbs,
  subresources: [statusSubresource, scaleSubresource],
  columns: deploymentColumns,
  strategy: {
    applyDefaults: defaultDeployment,
    prepareForCreate: prepareDeploymentForCreate,
    prepareForUpdate: prepareDeploymentForUpdate,
    validateCreate: validateDeployment,
    validateUpdate: validateDeploymentUpdate,
    warnings: deploymentWarnings,
    status: { prepareForUpdate: prepareDeploymentStatus, validateUpdate: validateDeploymentStatusUpdate },
  },
  scale: replicaScale((object) => deploymentOf(object).spec?.selector),
  selectableFields: {},
  hasGeneration: true,
  generationCountsAnnotations: true,
};
