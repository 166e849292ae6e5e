import { tolerates } from '../filters/taint-toleration.ts';
import { lessIsBetter, type Score } from './score.ts';

/** How many PreferNoSchedule taints of the node the pod does not tolerate. */
export const untoleratedSoftTaints: Score = {
  name: 'TaintToleration',
  weight: 3,
  prepare: ({ tolerations }, { nodes }) => {
    if (!nodes.some(({ facts }) => facts.softTaints.length > 0)) return undefined;
    return {
      score: ({ facts }) => facts.softTaints.filter((taint) => !tolerates(tolerations, taint)).length,
      normalize: lessIsBetter,
    };
  },
};
