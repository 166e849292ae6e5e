import { builtinRegistry } from '@berth/kinds';
import { plainKind } from './plain-kinds.ts';
import type { KindDefinition, KindRegistry, Pod, Job } from '@berth/kinds';

const pod: KindDefinition = {
  ...plainKind('pods', 'Pod'),
  deletionGraceSeconds: (object: Pod, requested) => (object.spec?.nodeName ? (requested ?? 30) : 0),
  assignedNode: (object: Pod) => object.spec?.nodeName,
  strategy: {
    ...plainKind('pods', 'Pod').strategy,
    prepareForCreate: (object) => ({ ...object, status: { phase: 'Pending' } }),
  },
};
const job: KindDefinition = {
  ...plainKind('jobs', 'Job', 'batch'),
  strategy: {
    ...plainKind('jobs', 'Job', 'batch').strategy,
    prepareForCreate: (object) => {
      const labels = { 'batch.kubernetes.io/controller-uid': object.metadata.uid ?? '' };
      const { spec } = object as Job;
      const template = { ...spec?.template, metadata: { name: '', labels } };
      return { ...object, spec: { ...spec, selector: { matchLabels: labels }, template } };
    },
  },
};

const missing = [pod, job, plainKind('cronjobs', 'CronJob', 'batch')].filter(
  (kind) => !builtinRegistry.byGroupVersionKind(`${kind.versions[0].group ? 'batch/' : ''}v1`, kind.kind),
);
export const workloadRegistry: KindRegistry = builtinRegistry.withKinds(missing);
