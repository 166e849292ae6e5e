import type { Reconciler } from '../reconciler.ts';
import { deploymentKeys } from './deployment-keys.ts';
import { reconcileDeployment } from './reconcile-deployment.ts';

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
export const deploymentController: Reconciler = {
  name: 'deployment-controller',
  keysOf: deploymentKeys,
  reconcile: reconcileDeployment,
};
