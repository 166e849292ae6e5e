import { tolerates } from './taint-toleration.ts';
import { type Filter, unresolvable } from './filter.ts';

const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
const cordoned = unresolvable('node(s) were unschedulable');

/** Cordoned nodes (`kubectl cordon`). */
export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare: ({ tolerations }, { nodes }) => {
    if (!nodes.some(({ facts }) => facts.unschedulable) || tolerates(tolerations, taint)) return undefined;
    return { check: ({ facts }) => (facts.unschedulable ? cordoned : undefined) };
  },
};
