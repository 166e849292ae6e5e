import type { KubeObject, TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { PodDisruptionBudget } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { unchanged } from '../strategy/unchanged.ts';
import {
  validatePodDisruptionBudget,
  validatePodDisruptionBudgetStatus,
} from './validate-pod-disruption-budget.ts';

const noStatus = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ */
export const podDisruptionBudget: KindDefinition = {
  kind: 'PodDisruptionBudget',
  listKind: 'PodDisruptionBudgetList',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: 'policy', version: 'v1', message: 'k8s.io.api.policy.v1.PodDisruptionBudget' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    amountColumn('Min Available', 'The minimum number of pods that must be available.', 'minAvailable'),
    amountColumn('Max Unavailable', 'The maximum number of pods that may be unavailable.', 'maxUnavailable'),
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'How many pods may be evicted now.',
      priority: 0,
      cell: (object) => budgetOf(object).status?.disruptionsAllowed ?? 0,
    },
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    // Nothing may be evicted before the controller has counted.
    prepareForCreate: (object) => ({ ...object, status: noStatus }),
    prepareForUpdate: keepStatus,
    validateCreate: validatePodDisruptionBudget,
    validateUpdate: validatePodDisruptionBudget,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validatePodDisruptionBudgetStatus },
  },
  selectableFields: {},
  hasGeneration: true,
};

function amountColumn(
  name: string,
  description: string,
  field: 'minAvailable' | 'maxUnavailable',
): TableColumn {
  return textColumn({
    name,
    description,
    cell: (object) => String(budgetOf(object).spec?.[field] ?? 'N/A'),
  });
}

function budgetOf(object: KubeObject): PodDisruptionBudget {
  // The decoder has checked the types of all fields.
  return object;
}
