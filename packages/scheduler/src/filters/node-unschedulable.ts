import { toleratesTaint } from './taint-toleration.ts';
import { type Filter, unresolvable } from './filter.ts';

/** Cordoned nodes (`kubectl cordon`). */
export const nodeUnschedulable: Filter = ({ needs, facts }) => {
  if (!facts.unschedulable) return undefined;
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
  const tolerated = needs.tolerations.some((toleration) => toleratesTaint(toleration, taint));
  return tolerated ? undefined : unresolvable('node(s) were unschedulable');
};
